internal import PostgresClient
internal import ServiceKit

/// Deletes what has been kept for long enough.
struct Housekeeping {
    private let database: PostgresClient

    static let interval = Duration.seconds(60)
    private static let keepEffects = "7 days"
    private static let keepSandboxes = "30 days"
    private static let keepNetworkRequests = "90 days"
    private static let keepUsage = "90 days"
    /// How many rows of requests to the outside are deleted at most at a time, and by one statement.
    private static let mostForgotten = 50_000
    private static let forgottenAtOnce = 500

    init(_ database: PostgresClient) { self.database = database }

    /// Once; throws what went wrong first.
    func tidy() async throws {
        try await IdempotencyStore(schema: "tool_execution").purge(database)
        try await database.acrossTenants().query(
            """
            DELETE FROM tool_execution.effects WHERE key IN (SELECT key FROM tool_execution.effects
                WHERE created_at < clock_timestamp() - interval '\(unsafeSQL: Self.keepEffects)' LIMIT 500)
            """)
        try await database.acrossTenants().query(
            """
            DELETE FROM tool_execution.approvals WHERE key IN (SELECT key FROM tool_execution.approvals
                WHERE approved_at < clock_timestamp() - interval '\(unsafeSQL: Self.keepEffects)' LIMIT 500)
            """)
        try await database.acrossTenants().query(
            """
            DELETE FROM tool_execution.sandboxes WHERE id IN (SELECT id FROM tool_execution.sandboxes
                WHERE status = 'ended' AND ended_at < clock_timestamp() - interval '\(unsafeSQL: Self.keepSandboxes)' LIMIT 500)
            """)
        try await database.acrossTenants().query(
            "DELETE FROM tool_execution.usage WHERE day < clock_timestamp() - interval '\(unsafeSQL: Self.keepUsage)'")
        // A sandbox makes thousands of them: one statement a minute would never catch up.
        for _ in 0..<(Self.mostForgotten / Self.forgottenAtOnce) where try await forgetNetworkRequests() < Self.forgottenAtOnce { return }
    }

    /// Deletes some that are old; returns how many.
    private func forgetNetworkRequests() async throws -> Int {
        try await database.acrossTenants().query(
            """
            DELETE FROM tool_execution.network_requests WHERE id IN (SELECT id FROM tool_execution.network_requests
                WHERE created_at < clock_timestamp() - interval '\(unsafeSQL: Self.keepNetworkRequests)' LIMIT \(Self.forgottenAtOnce))
            RETURNING 1
            """
        ).count
    }
}
