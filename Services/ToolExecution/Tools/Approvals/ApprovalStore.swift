internal import PostgresClient
internal import WireProtocol

/// Which calls a person has agreed to: those with this key, this tool and these arguments, and no other.
enum ApprovalStore {
    /// Writes it down; again, nothing changes.
    static func insert(_ key: EffectKey, in queryable: some PostgresQueryable) async throws {
        try await queryable.query(
            """
            INSERT INTO tool_execution.approvals (key, call_hash, organization_id)
            VALUES (\(key.key), \(key.hash), \(key.organization)) ON CONFLICT DO NOTHING
            """)
    }

    static func contains(_ key: EffectKey, in queryable: some PostgresQueryable) async throws -> Bool {
        try await !queryable.query(
            "SELECT 1 FROM tool_execution.approvals WHERE key = \(key.key) AND call_hash = \(key.hash)"
        ).isEmpty
    }
}
