package import EventLoop
internal import Journal
package import PostgresClient
internal import ServiceKit
package import Telemetry

/// Once an hour: forgets what nobody needs any more, which is old answers to requests with a key and workers that have long been gone, and makes
/// room for the journals of the months to come.
package final class Housekeeping {
    private let loop: EventLoop
    private let database: PostgresClient
    private let log: Logger

    private static let interval = Duration.seconds(3600)

    package init(loop: EventLoop, database: PostgresClient, log: Logger) {
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

    /// Once; throws what went wrong first.
    package func tidy() async throws {
        try await IdempotencyStore(schema: "agent").purge(database)
        try await JournalKind.run.tidy(database)
    }
}
