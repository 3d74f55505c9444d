internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import Telemetry

/// Forgets what nobody needs any more, once an hour: old answers to requests with a key.
final class Housekeeping {
    private let loop: EventLoop
    private let database: PostgresClient
    private let log: Logger

    private static let interval = Duration.seconds(3600)

    init(loop: EventLoop, database: PostgresClient, log: Logger) {
        self.loop = loop
        self.database = database
        self.log = log
    }

    /// Works until cancelled.
    func run() async throws {
        while true {
            try await loop.sleep(for: Self.interval)
            do { try await IdempotencyStore(schema: "simulation").purge(database) } catch is CancellationError {
                throw CancellationError()
            } catch { log.warning("housekeeping failed", ["error": .error(error)]) }
        }
    }
}
