internal import PostgresClient
internal import ServiceKit
package import WireProtocol

extension PostgresRunJournal {
    package func record(of claim: RunClaim) async throws(JournalError) -> RunRecord {
        let rows = try await read(
            """
            SELECT r.conversation_id, r.agent_id, r.message_ordinal, r.expects_session, r.user_id, r.session_id, r.scopes, r.agent_version,
                v.mode, v.instructions, v.model_provider, v.model_name, v.temperature, v.max_steps, r.request_id, r.trace_parent
            FROM agent.runs r JOIN agent.agent_versions v ON v.agent_id = r.agent_id AND v.version = r.agent_version
            WHERE r.id = \(claim.runID)
            """)
        guard let row = rows.first else { throw .refused("there is no run \(claim.runID)") }
        do { return try record(row, claim) } catch { throw .refused("\(error)") }
    }

    private func record(_ row: PostgresRow, _ claim: RunClaim) throws -> RunRecord {
        let (conversation, agent, ordinal, expectsSession, user, session, scopes, version) = try row.decode(
            (ConversationID, AgentID, Int, Bool, UserID, SessionID, [String], Int).self)
        let provider = try row.decode(String?.self, "model_provider")
        let model = try row.decode(String?.self, "model_name")
        return RunRecord(
            runID: claim.runID, conversationID: conversation, agentID: agent, messageOrdinal: ordinal, expectsSession: expectsSession,
            person: DelegationSubject(userID: user, organizationID: claim.organizationID, sessionID: session, scopes: scopes),
            agent: AgentSettings(
                version: version, mode: AgentMode(rawValue: try row.decode(String.self, "mode")) ?? .unknown,
                instructions: try row.decode(String.self, "instructions"),
                model: provider.flatMap { provider in model.map { ModelChoice(provider: provider, name: $0) } },
                temperature: try row.decode(Double?.self, "temperature"), maxSteps: try row.decode(Int.self, "max_steps")),
            origin: RunOrigin(
                requestID: try row.decode(String.self, "request_id"), traceParent: try row.decode(String.self, "trace_parent")))
    }

    package func position(of run: RunID, first: Int) async throws(JournalError) -> JournalPosition {
        let rows = try await read(
            """
            SELECT l.epoch, l.head, l.shown_limit, e.epoch
            FROM (VALUES (\(run))) AS r(id) LEFT JOIN agent.live_runs l ON l.run_id = r.id
                LEFT JOIN agent.run_events e ON e.run_id = r.id AND e.first_seq = \(first)
            """)
        do {
            guard let row = rows.first else { return .ended(rowEpoch: nil) }
            let (epoch, head, limit, rowEpoch) = try row.decode((Int?, Int?, Int?, Int?).self)
            guard let epoch, let head, let limit else { return .ended(rowEpoch: rowEpoch) }
            return .live(epoch: epoch, head: head, shownLimit: limit)
        } catch { throw .refused("\(error)") }
    }

    package func rows(
        of run: RunID, in organization: OrganizationID, after sequence: Int, limit: Int
    ) async throws(JournalError) -> [JournalRow] {
        let rows = try await translating {
            try await database.as(organization).query(
                """
                SELECT first_seq, last_seq, epoch, payload FROM agent.run_events
                WHERE run_id = \(run) AND last_seq > \(sequence) ORDER BY first_seq LIMIT \(limit)
                """)
        }
        do {
            return try rows.map { row in
                let (first, last, epoch, payload) = try row.decode((Int, Int, Int, PostgresJSON).self)
                return JournalRow(firstSequence: first, lastSequence: last, epoch: epoch, payload: payload.bytes)
            }
        } catch { throw .refused("\(error)") }
    }

    package func requestCancellation(of run: RunID, in organization: OrganizationID) async throws(JournalError) -> Bool {
        try await translating {
            try await database.as(organization).query("UPDATE agent.live_runs SET cancel_requested = true WHERE run_id = \(run)")
        }.affectedRows == 1
    }
}
