internal import JSON
internal import PostgresClient
internal import WireProtocol

/// The rows by which something is carried out once.
enum EffectStore {
    /// A call as its row says.
    struct Record {
        var hash: [UInt8]
        var node: PostgresUUID
        /// What a call that is done gave; nil while it runs, or when whoever ran it is gone.
        var result: PostgresJSON?
    }

    /// Writes that the call begins here; false when its key has been used. A row of this node's own is of a call that never began: its first
    /// writer was not told that it had been written.
    static func insert(
        _ key: String, hash: [UInt8], of organization: OrganizationID, node: PostgresUUID, now: Timestamp,
        in queryable: some PostgresQueryable
    ) async throws -> Bool {
        try await !queryable.query(
            """
            INSERT INTO tool_execution.effects (key, organization_id, call_hash, kind, node_id, created_at)
            VALUES (\(key), \(organization), \(hash), 'code', \(node), \(now))
            ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at
            WHERE effects.state = 'started' AND effects.node_id = excluded.node_id AND effects.call_hash = excluded.call_hash
                AND effects.organization_id = excluded.organization_id
            RETURNING 1
            """
        ).isEmpty
    }

    static func find(_ key: String, in queryable: some PostgresQueryable) async throws -> Record? {
        try await queryable.query("SELECT call_hash, node_id, result FROM tool_execution.effects WHERE key = \(key)").first.map { row in
            let (hash, node, result) = try row.decode(([UInt8], PostgresUUID, PostgresJSON?).self)
            return Record(hash: hash, node: node, result: result)
        }
    }

    /// Stores the result of a call that runs on this node; false when it has one, or another took it over.
    @discardableResult
    static func finish(
        _ key: String, _ result: EffectResult, node: PostgresUUID, in queryable: some PostgresQueryable
    ) async throws -> Bool {
        let result = PostgresJSON(bytes: try JSONCodec.encode(result))
        return try await !queryable.query(
            """
            UPDATE tool_execution.effects SET state = 'done', result = \(result)
            WHERE key = \(key) AND state = 'started' AND node_id = \(node) RETURNING 1
            """
        ).isEmpty
    }

    /// Forgets a call of which nothing was done, so that its key can be used again.
    static func remove(_ key: String, node: PostgresUUID, in queryable: some PostgresQueryable) async throws {
        try await queryable.query("DELETE FROM tool_execution.effects WHERE key = \(key) AND state = 'started' AND node_id = \(node)")
    }
}
