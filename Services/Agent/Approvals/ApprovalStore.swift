internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The calls of tools that wait, or waited, for a person.
struct ApprovalStore {
    let database: PostgresClient

    /// A call as it was asked about.
    struct Found {
        let name: String
        let arguments: String
        let standing: Standing
    }

    /// What became of it so far.
    enum Standing: Hashable {
        case open
        case decided(ApprovalDecision)
        /// The run has ended without a decision.
        case withdrawn
    }

    /// A call of the person's run; nil: none that was asked about.
    func find(_ call: Int, of run: RunID, for person: Principal.Person) async throws -> Found? {
        try await database.as(person).query(
            """
            SELECT name, arguments, CASE WHEN decision IS NULL AND NOT \(fragment: Self.isInTime) THEN 'expired' ELSE decision END
            FROM agent.approvals
            WHERE run_id = \(run) AND call = \(call) AND user_id = \(person.user)
            """
        ).first.map { row in
            let (name, arguments, decision) = try row.decode((String, String, String?).self)
            return Found(name: name, arguments: arguments, standing: Standing(decision))
        }
    }

    /// The run sees later than this that the time of an approval is over.
    static let isInTime: PostgresQuery = "expires_at > clock_timestamp()"

    /// Those of the person that wait, oldest first, after one of them.
    func list(after place: (run: RunID, call: Int)?, limit: Int, for person: Principal.Person) async throws -> [Approval] {
        var query: PostgresQuery = """
            SELECT a.run_id, r.conversation_id, r.agent_id, a.call, a.name, a.arguments, a.requested_at, a.expires_at
            FROM agent.approvals a JOIN agent.runs r ON r.id = a.run_id
            WHERE a.organization_id = \(person.organization) AND a.user_id = \(person.user) AND a.decision IS NULL
                AND \(fragment: Self.isInTime)
            """
        if let place { query.append(" AND (a.run_id, a.call) > (\(place.run), \(place.call))") }
        query.append(" ORDER BY a.run_id, a.call LIMIT \(limit)")
        return try await database.as(person).query(query).map { row in
            let (run, conversation, agent, call, name, arguments, requestedAt, expiresAt) = try row.decode(
                (RunID, ConversationID, AgentID, Int, String, String, Timestamp, Timestamp).self)
            return Approval(
                runID: run, conversationID: conversation, agentID: agent, call: call, name: name, arguments: arguments,
                requestedAt: requestedAt, expiresAt: expiresAt)
        }
    }

    /// Writes down what the person says, and lets the run be claimed, which acts by the session of these words from then on: the one that began it may
    /// have ended. False: it was decided before, or its time is over.
    func decide(
        _ decision: ApprovalDecision, on call: Int, of run: RunID, reason: String?, for person: Principal.Person
    ) async throws -> Bool {
        try await database.as(person).transaction { transaction in
            // This row first, as whoever parks the run does: one of the two comes after the other and sees what it did.
            try await transaction.query("UPDATE agent.live_runs SET wake_at = least(wake_at, now()) WHERE run_id = \(run)")
            return try await transaction.query(
                """
                WITH decided AS (
                    UPDATE agent.approvals SET decision = \(decision.rawValue), reason = \(reason), decided_at = clock_timestamp()
                    WHERE run_id = \(run) AND call = \(call) AND user_id = \(person.user) AND decision IS NULL
                        AND \(fragment: Self.isInTime)
                    RETURNING run_id)
                UPDATE agent.runs r SET session_id = \(person.session) FROM decided WHERE r.id = decided.run_id
                """
            ).affectedRows == 1
        }
    }
}

extension ApprovalStore.Standing {
    fileprivate init(_ decision: String?) {
        switch decision {
        case nil: self = .open
        case "withdrawn": self = .withdrawn
        case let decision?: self = .decided(ApprovalDecision(rawValue: decision) ?? .unknown)
        }
    }
}
