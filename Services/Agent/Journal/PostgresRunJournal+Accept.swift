internal import HTTPMessage
internal import JSON
package import Journal
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// ACCEPT, in one statement, so that it too is committed in a group. It locks the conversation: one that is being deleted gets no run.
///
/// `IS TRUE` keeps the owner's index out of it: a plan that was made while the table was small went through all conversations of the person.
extension PostgresRunJournal {
    package func accept(_ acceptance: RunAcceptance) async throws(JournalError) -> AcceptanceOutcome {
        let statement: PostgresQuery
        do { statement = try self.statement(acceptance) } catch { throw .refused("\(error)") }
        let rows = try await journal.submit(statement)
        guard let row = rows.first else { return .notAccepted }
        do {
            let (ordinal, expectsSession) = try row.decode((Int, Bool).self)
            return .accepted(ordinal: ordinal, expectsSession: expectsSession)
        } catch { throw .refused("\(error)") }
    }

    private static let requests = IdempotencyStore(schema: "agent")

    /// Takes the run into a conversation that there is, if that has no other.
    private func joining(_ acceptance: RunAcceptance) -> PostgresQuery {
        let person = acceptance.person
        return """
            WITH live AS (
                INSERT INTO agent.live_runs
                    (run_id, organization_id, user_id, conversation_id, journal_version, epoch, holder, head, shown_limit, wake_at)
                SELECT \(acceptance.runID), c.organization_id, c.user_id, c.id, \(journal.kind.version), 1, \(acceptance.holder), \(acceptance.claim.head),
                    \(acceptance.claim.shownLimit), now()
                FROM agent.conversations c JOIN agent.agents a ON a.id = c.agent_id
                WHERE c.id = \(acceptance.conversationID)
                    AND (c.user_id = \(person.userID) AND c.organization_id = \(person.organizationID)) IS TRUE
                    AND a.id = \(acceptance.agentID) AND a.version = \(acceptance.agentVersion) AND a.deleted_at IS NULL
                    AND (a.user_id = c.user_id OR a.sharing <> 'private')\(fragment: unlessSentBefore(acceptance))
                FOR NO KEY UPDATE OF c
                ON CONFLICT (conversation_id) DO NOTHING RETURNING conversation_id, organization_id),
            conversation AS (
                UPDATE agent.conversations c SET message_count = c.message_count + 1, updated_at = \(acceptance.createdAt)
                FROM live WHERE c.id = live.conversation_id RETURNING c.id, c.organization_id, c.message_count, c.has_session)
            """
    }

    /// Begins the conversation with the run.
    private func beginning(_ conversation: Conversation, _ acceptance: RunAcceptance) -> PostgresQuery {
        let person = acceptance.person
        return """
            WITH conversation AS (
                INSERT INTO agent.conversations (id, organization_id, user_id, agent_id, title, message_count, created_at, updated_at)
                SELECT \(conversation.id), a.organization_id, \(person.userID), a.id, \(conversation.title)::text, 1,
                    \(conversation.createdAt), \(acceptance.createdAt)
                FROM agent.agents a
                WHERE a.id = \(acceptance.agentID) AND a.version = \(acceptance.agentVersion) AND a.deleted_at IS NULL
                    AND a.organization_id = \(person.organizationID) AND (a.user_id = \(person.userID) OR a.sharing <> 'private')
                    \(fragment: unlessSentBefore(acceptance))
                RETURNING id, organization_id, message_count, has_session),
            live AS (
                INSERT INTO agent.live_runs
                    (run_id, organization_id, user_id, conversation_id, journal_version, epoch, holder, head, shown_limit, wake_at)
                SELECT \(acceptance.runID), organization_id, \(person.userID), id, \(journal.kind.version), 1, \(acceptance.holder),
                    \(acceptance.claim.head), \(acceptance.claim.shownLimit), now() FROM conversation)
            """
    }

    private func unlessSentBefore(_ acceptance: RunAcceptance) -> PostgresQuery {
        guard let request = acceptance.idempotency else { return "" }
        return " AND NOT EXISTS (\(fragment: Self.requests.earlier(under: request.key, acceptance.person.principal)))"
    }

    private func statement(_ acceptance: RunAcceptance) throws -> PostgresQuery {
        let person = acceptance.person
        var query = acceptance.beginning.map { beginning($0.conversation, acceptance) } ?? joining(acceptance)
        query.append(
            """
            , message AS (
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
                SELECT \(acceptance.runID), 1, \(acceptance.claim.head), organization_id, 1, \(acceptance.events.last?.type ?? ""), \(journal.kind.version),
                    \(PostgresJSON(bytes: JournalRow.payload(of: acceptance.events)))::json FROM conversation)
            """)
        query.append(try end(acceptance))
        return query
    }

    /// The records of the request's key, if there is one, and of that of a conversation which begins. Should another request have used a key at this
    /// moment, the division by zero undoes everything; it names a column, so that nothing is divided where nothing was accepted.
    private func end(_ acceptance: RunAcceptance) throws -> PostgresQuery {
        let person = acceptance.person.principal
        var records: [(name: String, statement: PostgresQuery)] = []
        if let request = acceptance.idempotency {
            let fields: HTTPFields = [.location: "/api/v1/runs/\(acceptance.runID)"]
            records.append(("key", Self.requests.recording(.accepted, fields, of: request, person, from: "conversation")))
        }
        if let conversation = acceptance.beginning?.conversation, let request = acceptance.beginning?.request {
            let body = PostgresJSON(bytes: try JSONCodec.encode(conversation))
            let record = Self.requests.recording(nil, try conversation.creationFields, body, of: request, person, from: "conversation")
            records.append(("conversation_key", record))
        }
        var query: PostgresQuery = ""
        for record in records { query.append(", \(unsafeSQL: record.name) AS (\(fragment: record.statement) RETURNING 1)") }
        query.append(" SELECT message_count, has_session FROM conversation WHERE true")
        for record in records {
            query.append(" AND least(message_count, 1) / (SELECT count(*) FROM \(unsafeSQL: record.name)) = 1")
        }
        return query
    }
}

extension DelegationSubject {
    fileprivate var principal: Principal.Person { Principal.Person(user: userID, organization: organizationID, session: sessionID) }
}
