internal import PostgresClient
internal import ServiceKit

/// Deletes what has been kept for long enough.
struct Housekeeping {
    private let database: PostgresClient

    static let interval = Duration.seconds(60)

    init(_ database: PostgresClient) { self.database = database }

    /// Once; throws what went wrong first.
    func tidy() async throws {
        try await IdempotencyStore(schema: "tool_execution").purge(database)
        let old: [(table: String, condition: PostgresQuery)] = [
            ("effects", "created_at < now() - interval '7 days'"), ("approvals", "approved_at < now() - interval '7 days'"),
            ("sandboxes", "status = 'ended' AND ended_at < now() - interval '30 days'"),
            ("network_requests", "created_at < now() - interval '90 days'"), ("usage", "day < now() - interval '90 days'"),
        ]
        for (table, condition) in old {
            try await database.acrossTenants().delete(from: "tool_execution.\(table)", where: condition)
        }
    }
}
