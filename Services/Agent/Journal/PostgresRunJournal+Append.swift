internal import JSON
internal import PostgresClient
internal import ServiceKit
package import WireProtocol

/// APPEND, the only writer of a run: one statement that does all or nothing, fenced by epoch and head.
extension PostgresRunJournal {
    package func append(_ append: JournalAppend, to run: RunID) async throws(JournalError) -> Bool {
        try await submit(append.isFinal ? end(append, run) : append.events.isEmpty ? extend(append, run) : advance(append, run))
            .affectedRows == 1
    }

    private func extend(_ append: JournalAppend, _ run: RunID) -> PostgresQuery {
        """
        UPDATE agent.live_runs SET shown_limit = \(append.shownLimit)
        WHERE run_id = \(run) AND epoch = \(append.epoch) AND head = \(append.firstSequence - 1)
        """
    }

    private func advance(_ append: JournalAppend, _ run: RunID) -> PostgresQuery {
        var query: PostgresQuery = """
            WITH fence AS (
                UPDATE agent.live_runs SET head = \(append.lastSequence), shown_limit = \(append.shownLimit)
                WHERE run_id = \(run) AND epoch = \(append.epoch) AND head = \(append.firstSequence - 1)
                RETURNING organization_id, conversation_id)
            """
        if append.events.contains(where: { $0.event.tag == .codeStarted }) {
            query.append(
                """
                , session AS (
                    UPDATE agent.conversations c SET has_session = true FROM fence
                    WHERE c.id = fence.conversation_id AND NOT c.has_session)
                """)
        }
        query.append(artifacts(append, run))
        query.append(row(append, run))
        return query
    }

    private func end(_ append: JournalAppend, _ run: RunID) -> PostgresQuery {
        let ending = append.ending
        var query: PostgresQuery = """
            WITH fence AS (
                DELETE FROM agent.live_runs
                WHERE run_id = \(run) AND epoch = \(append.epoch) AND head = \(append.firstSequence - 1)
                RETURNING organization_id, conversation_id),
            run AS (
                UPDATE agent.runs r SET status = \(ending.status.rawValue), problem = \(ending.problem)::json,
                    reply_id = \(ending.reply?.id), last_event = \(append.lastSequence), finished_at = clock_timestamp()
                FROM fence WHERE r.id = \(run))
            """
        if let reply = ending.reply {
            query.append(
                """
                , message AS (
                    INSERT INTO agent.messages (conversation_id, ordinal, id, organization_id, role, content, run_id, created_at)
                    SELECT conversation_id, \(reply.ordinal), \(reply.id), organization_id, 'assistant', \(reply.content), \(run),
                        \(reply.createdAt) FROM fence),
                conversation AS (
                    UPDATE agent.conversations c SET message_count = \(reply.ordinal), updated_at = \(reply.createdAt)
                    FROM fence WHERE c.id = fence.conversation_id)
                """)
        }
        query.append(artifacts(append, run))
        query.append(row(append, run))
        return query
    }

    /// The row of the journal; it decides what the statement reports.
    private func row(_ append: JournalAppend, _ run: RunID) -> PostgresQuery {
        """
         INSERT INTO agent.run_events (run_id, first_seq, last_seq, organization_id, epoch, type, version, payload, private)
        SELECT \(run), \(append.firstSequence), \(append.lastSequence), organization_id, \(append.epoch),
            \(append.events.last?.event.tag.rawValue ?? ""), \(Self.version), \(PostgresJSON(bytes: append.row.payload))::json,
            \(append.privateData.map { PostgresJSON(bytes: $0) })::json FROM fence
        """
    }

    private func artifacts(_ append: JournalAppend, _ run: RunID) -> PostgresQuery {
        var (sequences, files): ([Int], [PostgresJSON]) = ([], [])
        for (event, numbered) in zip(append.events, append.numberedEvents) {
            guard case .artifactCreated(let artifact) = event.event, let bytes = try? JSONCodec.encode(artifact.file) else { continue }
            sequences.append(numbered.sequence)
            files.append(PostgresJSON(bytes: bytes))
        }
        if sequences.isEmpty { return "" }
        return """
            , artifact AS (
                INSERT INTO agent.artifacts (conversation_id, run_id, seq, organization_id, file, created_at)
                SELECT fence.conversation_id, \(run), a.seq, fence.organization_id, a.file, clock_timestamp()
                FROM fence, unnest(\(sequences), \(files)) AS a(seq, file))
            """
    }
}

extension JournalAppend {
    /// How the run ends, as its last events say.
    fileprivate var ending: (status: RunStatus, problem: PostgresJSON?, reply: Message?) {
        var reply: Message?
        for event in events { if case .messageCompleted(let completed) = event.event { reply = completed.message } }
        switch events.last?.event {
        case .runFailed(let failed): return (.failed, (try? JSONCodec.encode(failed.problem)).map { PostgresJSON(bytes: $0) }, nil)
        case .runCancelled: return (.cancelled, nil, nil)
        default: return (.completed, nil, reply)
        }
    }
}
