internal import EventLoop
internal import Telemetry

extension ServiceRuntime {
    /// Does the same again and again until cancelled, first after one interval. What fails is logged, and done the next time.
    package func repeating(every interval: Duration, _ work: @escaping () async throws -> Void) -> () async throws -> Void {
        { [loop, log] in
            while true {
                try await loop.sleep(for: interval)
                do { try await work() } catch is CancellationError { throw CancellationError() } catch {
                    log.warning("housekeeping failed", ["error": .error(error)])
                }
            }
        }
    }
}
