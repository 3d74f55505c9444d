internal import Journal
package import PostgresClient
internal import ServiceKit

/// Forgets what nobody needs any more, which is old answers to requests with a key and workers that have long been gone, and makes room for the
/// journals of the months to come.
package struct Housekeeping {
    private let database: PostgresClient

    static let interval = Duration.seconds(3600)

    package init(_ database: PostgresClient) { self.database = database }

    /// Once; throws what went wrong first.
    package func tidy() async throws {
        try await IdempotencyStore(schema: "agent").purge(database)
        try await JournalKind.run.tidy(database)
    }
}
