internal import HTTPMessage
package import Journal
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// ACCEPT, in one statement, so that it too is committed in a group. It locks the conversation: one that is being deleted gets no run.
///
/// `IS TRUE` keeps the owner's index out of it: a plan that was made while the table was small went through all conversations of the person.
extension PostgresRunJournal {
    package func accept(_ acceptance: RunAcceptance) async throws(JournalError) -> AcceptanceOutcome {
        let rows = try await journal.submit(statement(acceptance))
        guard let row = rows.first else { return .notAccepted }
        do {
            let (ordinal, expectsSession) = try row.decode((Int, Bool).self)
            return .accepted(ordinal: ordinal, expectsSession: expectsSession)
        } catch { throw .refused("\(error)") }
    }

    private static let requests = IdempotencyStore(schema: "agent")

    private func statement(_ acceptance: RunAcceptance) -> PostgresQuery {
        let person = acceptance.person
        let claim = acceptance.claim
        var query: PostgresQuery = """
            WITH live AS (
                INSERT INTO agent.live_runs
                    (run_id, organization_id, user_id, conversation_id, journal_version, epoch, holder, head, shown_limit, wake_at)
                SELECT \(acceptance.runID), c.organization_id, c.user_id, c.id, \(journal.kind.version), 1, \(acceptance.holder), \(claim.head),
                    \(claim.shownLimit), now()
                FROM agent.conversations c JOIN agent.agents a ON a.id = c.agent_id
                WHERE c.id = \(acceptance.conversationID)
                    AND (c.user_id = \(person.userID) AND c.organization_id = \(person.organizationID)) IS TRUE
                    AND a.id = \(acceptance.agentID) AND a.version = \(acceptance.agentVersion) AND a.deleted_at IS NULL
                    AND (a.user_id = c.user_id OR a.sharing <> 'private')
            """
        if let request = acceptance.idempotency {
            query.append(" AND NOT EXISTS (\(fragment: Self.requests.earlier(under: request.key, person.principal)))")
        }
        query.append(
            """
             FOR NO KEY UPDATE OF c
             ON CONFLICT (conversation_id) DO NOTHING RETURNING conversation_id, organization_id),
            conversation AS (
                UPDATE agent.conversations c SET message_count = c.message_count + 1, updated_at = \(acceptance.createdAt)
                FROM live WHERE c.id = live.conversation_id RETURNING c.id, c.organization_id, c.message_count, c.has_session),
            message AS (
                INSERT INTO agent.messages (conversation_id, ordinal, id, organization_id, role, content, run_id, created_at)
                SELECT id, message_count, \(acceptance.messageID), organization_id, 'user', \(acceptance.content), \(acceptance.runID),
                    \(acceptance.createdAt) FROM conversation),
            run AS (
                INSERT INTO agent.runs (id, organization_id, user_id, session_id, scopes, conversation_id, agent_id, agent_version, message_id,
                    message_ordinal, expects_session, journal_version, request_id, trace_parent, can_ask, created_at)
                SELECT \(acceptance.runID), organization_id, \(person.userID), \(person.sessionID), \(person.scopes), id,
                    \(acceptance.agentID), \(acceptance.agentVersion), \(acceptance.messageID), message_count, has_session, \(journal.kind.version),
                    \(acceptance.origin.requestID), \(acceptance.origin.traceParent), \(acceptance.canAsk), \(acceptance.createdAt) FROM conversation),
            event AS (
                INSERT INTO agent.run_events (run_id, first_seq, last_seq, organization_id, epoch, type, version, payload)
                SELECT \(acceptance.runID), 1, \(claim.head), organization_id, 1, \(acceptance.events.last?.type ?? ""), \(journal.kind.version),
                    \(PostgresJSON(bytes: JournalRow.payload(of: acceptance.events)))::json FROM conversation)
            """)
        query.append(end(acceptance))
        return query
    }

    /// The key's record, if there is a key. Should another request have used the key at this moment, the division by zero undoes everything; it
    /// names a column, so that nothing is divided where nothing was accepted.
    private func end(_ acceptance: RunAcceptance) -> PostgresQuery {
        guard let request = acceptance.idempotency else { return " SELECT message_count, has_session FROM conversation" }
        let record = Self.requests.recording(
            .accepted, [.location: "/api/v1/runs/\(acceptance.runID)"], of: request, acceptance.person.principal, from: "conversation")
        return """
            , key AS (\(fragment: record) RETURNING 1)
            SELECT message_count, has_session FROM conversation WHERE least(message_count, 1) / (SELECT count(*) FROM key) = 1
            """
    }
}

extension DelegationSubject {
    fileprivate var principal: Principal.Person { Principal.Person(user: userID, organization: organizationID, session: sessionID) }
}
