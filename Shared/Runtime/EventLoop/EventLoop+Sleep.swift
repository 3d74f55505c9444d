/// A deadline passed before the work was done.
package struct TimedOut: Error {
    package init() {}
}

extension EventLoop {
    /// Sleeps on the loop's own timers. Throws `CancellationError` when cancelled.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: reactor.monotonicNow + duration)
    }

    /// Sleeps until `instant`.
    package func sleep(until instant: Instant) async throws {
        try await suspend { (resumption: Resumption<Void>) in
            let timer = schedule(at: instant) { resumption.resume(returning: ()) }
            resumption.onFinish = { [self] in cancel(timer) }
        }
    }

    /// Runs `body` in a task of its own and cancels it when `duration` has passed; then throws `TimedOut`, once it has ended.
    package func withTimeout<T>(_ duration: Duration, _ body: @escaping () async throws -> T) async throws -> T {
        let task = spawn(body)
        var timedOut = false
        let timer = schedule(after: duration) {
            timedOut = true
            task.cancel()
        }
        defer { cancel(timer) }
        do {
            return try await withCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw timedOut ? TimedOut() : error
        }
    }
}
