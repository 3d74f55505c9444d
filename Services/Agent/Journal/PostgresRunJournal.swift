internal import JSON
package import Journal
internal import PostgresClient
internal import ServiceKit
package import WireProtocol

/// What is kept of runs in PostgreSQL.
package final class PostgresRunJournal: RunJournal {
    let journal: PostgresJournal

    package init(_ journal: PostgresJournal) { self.journal = journal }

    package func append(
        _ append: JournalAppend, with effects: RunEffects, to run: RunID, finishedAt: Timestamp?
    ) async throws(JournalError) -> Bool {
        if effects.ending == nil, effects.files.isEmpty, effects.approval == nil {
            return try await journal.append(append, to: run.journalID)
        }
        var query: PostgresQuery = ""
        if let ending = effects.ending { query.append(end(run, ending, used: effects.used, at: finishedAt)) }
        if !effects.files.isEmpty { query.append(save(effects.files, of: run)) }
        if let approval = effects.approval { query.append(ask(approval)) }
        if let ending = effects.ending, ending.status != .completed { query.append(withdrawal) }
        return try await journal.append(append, to: run.journalID, with: query)
    }

    private func end(_ run: RunID, _ ending: RunEffects.Ending, used: TokenUsage?, at time: Timestamp?) -> PostgresQuery {
        let problem = ending.problem.flatMap { try? JSONCodec.encode($0) }.map { PostgresJSON(bytes: $0) }
        var query: PostgresQuery = """
            , run AS (
                UPDATE agent.runs r SET status = \(ending.status.rawValue), problem = \(problem)::json,
                    reply_id = \(ending.reply?.id), last_event = \(ending.lastEvent), finished_at = \(time),
                    input_tokens = \(used?.inputTokens), output_tokens = \(used?.outputTokens),
                    cost_micros = \(used?.totalCost?.amountMicros), cost_currency = \(used?.totalCost?.currency)
                FROM fence WHERE r.id = \(run))
            """
        guard let reply = ending.reply else {
            if ending.hasSession {
                query.append(
                    """
                    , conversation AS (
                        UPDATE agent.conversations c SET has_session = true FROM fence
                        WHERE c.id = fence.conversation_id AND NOT c.has_session)
                    """)
            }
            return query
        }
        query.append(
            """
            , message AS (
                INSERT INTO agent.messages (conversation_id, ordinal, id, organization_id, role, content, run_id, created_at)
                SELECT conversation_id, \(reply.ordinal), \(reply.id), organization_id, 'assistant', \(reply.content), \(run),
                    \(reply.createdAt) FROM fence),
            conversation AS (
                UPDATE agent.conversations c SET message_count = \(reply.ordinal), updated_at = \(reply.createdAt),
                    has_session = has_session OR \(ending.hasSession)
                FROM fence WHERE c.id = fence.conversation_id)
            """)
        return query
    }

    private func save(_ files: [RunEffects.SavedFile], of run: RunID) -> PostgresQuery {
        let encoded = files.compactMap { saved in (try? JSONCodec.encode(saved.file)).map { (saved.sequence, PostgresJSON(bytes: $0)) } }
        return """
            , artifact AS (
                INSERT INTO agent.artifacts (conversation_id, run_id, seq, organization_id, file, created_at)
                SELECT fence.conversation_id, \(run), a.seq, fence.organization_id, a.file, clock_timestamp()
                FROM fence, unnest(\(encoded.map(\.0)), \(encoded.map(\.1))) AS a(seq, file))
            """
    }
}
