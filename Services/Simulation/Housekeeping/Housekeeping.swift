internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import Telemetry

/// Forgets what nobody needs any more, once an hour: old answers to requests with a key, and workers that have long been gone.
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
            do { try await tidy() } catch is CancellationError { throw CancellationError() } catch {
                log.warning("housekeeping failed", ["error": .error(error)])
            }
        }
    }

    private func tidy() async throws {
        try await IdempotencyStore(schema: "simulation").purge(database)
        try await database.acrossTenants().query(
            """
            DELETE FROM simulation.workers w WHERE w.lease_until < clock_timestamp() - interval '1 day'
                AND NOT EXISTS (SELECT FROM simulation.live_simulations l WHERE l.holder = w.id)
            """)
    }
}
