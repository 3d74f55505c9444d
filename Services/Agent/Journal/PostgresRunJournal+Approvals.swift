package import Journal
internal import PostgresClient
internal import ServiceKit
package import WireProtocol

/// How a run stands that waits for a person.
package enum ApprovalStanding: Sendable, Hashable {
    /// The session is the one by which the run acts from then on.
    case decided(ApprovalDecision, reason: String?, session: SessionID)
    /// Nothing is decided. Nobody holds the run any more; it can be claimed once something is, it is cancelled, or the time is over.
    case parked
    /// The run is to be cancelled.
    case cancelled
    /// This holder does not hold it any more.
    case lost
}

extension PostgresRunJournal {
    package func standing(of call: Int, in claim: JournalClaim) async throws -> ApprovalStanding {
        let run = claim.runID
        return try await journal.database.as(claim.organizationID).transaction { transaction in
            // Whoever decides, or cancels, changes this row too: either it is seen here, or it comes after and lets the run be claimed.
            let held = try await transaction.query(
                """
                SELECT cancel_requested FROM agent.live_runs
                WHERE run_id = \(run) AND epoch = \(claim.epoch) FOR UPDATE
                """)
            guard let row = held.first else { return .lost }
            if try row.decode(Bool.self, at: 0) { return .cancelled }
            try await transaction.query(
                """
                UPDATE agent.approvals SET decision = 'expired', decided_at = clock_timestamp()
                WHERE run_id = \(run) AND call = \(call) AND decision IS NULL AND expires_at <= clock_timestamp()
                """)
            let parked = try await transaction.query(
                """
                UPDATE agent.live_runs l SET \(fragment: PostgresJournal.lettingGo), wake_at = a.expires_at FROM agent.approvals a
                WHERE l.run_id = \(run) AND a.run_id = \(run) AND a.call = \(call) AND a.decision IS NULL
                """)
            if parked.affectedRows == 1 { return .parked }
            let decided = try await transaction.query(
                """
                SELECT coalesce(a.decision, 'expired'), a.reason, r.session_id
                FROM agent.runs r LEFT JOIN agent.approvals a ON a.run_id = r.id AND a.call = \(call) WHERE r.id = \(run)
                """)
            guard let row = decided.first else { return .lost }
            let (decision, reason, session) = try row.decode((String, String?, SessionID).self)
            return .decided(ApprovalDecision(rawValue: decision) ?? .unknown, reason: reason, session: session)
        }
    }

    /// What is written with the event that asks.
    func ask(_ request: ApprovalRequested) -> PostgresQuery {
        """
        , approval AS (
            INSERT INTO agent.approvals (run_id, call, organization_id, user_id, name, arguments, requested_at, expires_at)
            SELECT r.id, \(request.call), r.organization_id, r.user_id, \(request.name), \(request.arguments), clock_timestamp(),
                \(request.expiresAt)
            FROM fence JOIN agent.runs r ON r.id = fence.run_id)
        """
    }

    /// What is written with the end of a run that may still wait.
    var withdrawal: PostgresQuery {
        """
        , withdrawn AS (
            UPDATE agent.approvals a SET decision = 'withdrawn', decided_at = clock_timestamp() FROM fence
            WHERE a.run_id = fence.run_id AND a.decision IS NULL)
        """
    }
}
