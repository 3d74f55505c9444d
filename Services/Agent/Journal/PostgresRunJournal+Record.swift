package import Journal
internal import PostgresClient
internal import ServiceKit
package import WireProtocol

extension PostgresRunJournal {
    package func record(of claim: JournalClaim) async throws(JournalError) -> RunRecord {
        let rows = try await journal.read(
            """
            SELECT r.conversation_id, r.agent_id, r.message_ordinal, r.expects_session, r.user_id, r.session_id, r.scopes, r.agent_version,
                v.mode, v.instructions, v.model_provider, v.model_name, v.temperature, v.max_steps, v.tools, r.request_id, r.trace_parent,
                r.can_ask
            FROM agent.runs r JOIN agent.agent_versions v ON v.agent_id = r.agent_id AND v.version = r.agent_version
            WHERE r.id = \(claim.runID)
            """)
        guard let row = rows.first else { throw .refused("there is no run \(claim.runID)") }
        do { return try record(row, claim) } catch { throw .refused("\(error)") }
    }

    package func used(by run: RunID) async throws(JournalError) -> TokenUsage? {
        let rows = try await journal.read(
            """
            SELECT least(sum(input), \(Int.max))::bigint, least(sum(output), \(Int.max))::bigint,
                CASE WHEN count(input) = count(micros) AND min(currency) = max(currency) THEN least(sum(micros), \(Int.max))::bigint END,
                min(currency)
            FROM (
                SELECT (usage ->> 'input_tokens')::numeric AS input, (usage ->> 'output_tokens')::numeric AS output,
                    -- The version before wrote a number, and no currency.
                    coalesce((usage -> 'total_cost' ->> 'amount_micros')::numeric, round((usage ->> 'cost')::numeric * 1000000)) AS micros,
                    coalesce(usage -> 'total_cost' ->> 'currency', CASE WHEN usage ->> 'cost' IS NOT NULL THEN 'XXX' END) AS currency
                FROM (SELECT e.private -> 'usage' AS usage FROM agent.run_events e WHERE e.run_id = \(run)) events) calls
            """)
        do {
            guard let (input, output, micros, currency) = try rows.first?.decode((Int?, Int?, Int?, String?).self), let input, let output
            else { return nil }
            let cost = micros.flatMap { micros in currency.map { Money(amountMicros: micros, currency: $0) } }
            return TokenUsage(inputTokens: input, outputTokens: output, totalCost: cost)
        } catch { throw .refused("\(error)") }
    }

    private func record(_ row: PostgresRow, _ claim: JournalClaim) throws -> RunRecord {
        let (conversation, agent, ordinal, expectsSession, user, session, scopes, version) = try row.decode(
            (ConversationID, AgentID, Int, Bool, UserID, SessionID, [String], Int).self)
        let provider = try row.decode(String?.self, "model_provider")
        let model = try row.decode(String?.self, "model_name")
        return RunRecord(
            runID: claim.runID, conversationID: conversation, agentID: agent, messageOrdinal: ordinal, expectsSession: expectsSession,
            person: DelegationSubject(userID: user, organizationID: claim.organizationID, sessionID: session, scopes: scopes),
            canAsk: try row.decode(Bool.self, "can_ask"),
            agent: AgentSettings(
                version: version, mode: AgentMode(rawValue: try row.decode(String.self, "mode")) ?? .unknown,
                instructions: try row.decode(String.self, "instructions"),
                model: provider.flatMap { provider in model.map { ModelChoice(provider: provider, name: $0) } },
                temperature: try row.decode(Double?.self, "temperature"), maxSteps: try row.decode(Int.self, "max_steps"),
                tools: try row.decode([String].self, "tools")),
            origin: RunOrigin(
                requestID: try row.decode(String.self, "request_id"), traceParent: try row.decode(String.self, "trace_parent")))
    }
}
