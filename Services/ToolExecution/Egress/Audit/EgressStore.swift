internal import HTTPMessage
internal import PostgresClient
internal import WireProtocol

/// The rows of requests to the outside.
enum EgressStore {
    static func insert(
        _ id: NetworkRequestID, _ target: EgressTarget, of origin: EgressAudit.Origin, _ decision: NetworkDecision, reason: String?,
        now: Timestamp, in queryable: some PostgresQueryable
    ) async throws {
        try await queryable.query(
            """
            INSERT INTO tool_execution.network_requests
                (id, organization_id, user_id, sandbox_id, created_at, method, host, port, path, decision, reason, is_complete)
            VALUES (\(id), \(origin.owner.organization), \(origin.owner.user), \(origin.sandbox), \(now), \(target.method.name),
                \(target.host), \(Int32(target.port)), \(target.path), \(decision.rawValue), \(reason), \(decision == .refused))
            """)
    }

    static func finish(_ id: NetworkRequestID, _ end: EgressAudit.End, in queryable: some PostgresQueryable) async throws {
        try await queryable.query(
            """
            UPDATE tool_execution.network_requests SET status = \(end.status.map { Int32(clamping: $0) }), reason = \(end.reason),
                sent_bytes = \(end.sentBytes), received_bytes = \(end.receivedBytes), is_complete = true
            WHERE id = \(id)
            """)
    }

    static func list(
        of user: UserID, sandbox: SandboxID?, before id: NetworkRequestID?, limit: Int, in queryable: some PostgresQueryable
    ) async throws -> [NetworkRequest] {
        try await queryable.query(
            """
            SELECT id, sandbox_id, created_at, method, host, port, path, decision, reason, status, sent_bytes, received_bytes, is_complete
            FROM tool_execution.network_requests
            WHERE user_id = \(user) AND (\(sandbox)::uuid IS NULL OR sandbox_id = \(sandbox)::uuid)
                AND (\(id)::uuid IS NULL OR id < \(id)::uuid)
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map { row in
            let (id, sandbox, at, method, host, port, path, decision, reason, status, sent, received, isComplete) = try row.decode(
                (
                    NetworkRequestID, SandboxID, Timestamp, String, String, Int, String?, String, String?, Int?, Int, Int, Bool
                ).self)
            return NetworkRequest(
                id: id, sandboxID: sandbox, createdAt: at, method: method, host: host, port: port, path: path,
                decision: NetworkDecision(rawValue: decision) ?? .unknown, reason: reason, status: status, sentBytes: sent,
                receivedBytes: received, isComplete: isComplete)
        }
    }
}
