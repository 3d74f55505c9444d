package import PostgresClient
internal import ServiceKit
package import WireProtocol

/// APPEND, the only writer of a journal: one statement that does all or nothing, fenced by epoch and head.
extension PostgresJournal {
    /// APPEND, and what changes with it.
    ///
    /// - Parameter effects: Further parts of the statement's `WITH`, each of which begins with a comma and reads from `fence`: the row of the
    ///   live table, or none when nothing may be written.
    package func append(
        _ append: JournalAppend, to journal: JournalID, with effects: PostgresQuery
    ) async throws(JournalError) -> Bool {
        try await submit(append.events.isEmpty ? extend(append, journal) : advance(append, journal, effects)).affectedRows == 1
    }

    private func extend(_ append: JournalAppend, _ journal: JournalID) -> PostgresQuery {
        "UPDATE \(unsafeSQL: kind.liveTable) SET shown_limit = \(append.shownLimit)\(fragment: fence(append, journal))"
    }

    /// The row of the journal comes last; it decides what the statement reports.
    private func advance(_ append: JournalAppend, _ journal: JournalID, _ effects: PostgresQuery) -> PostgresQuery {
        var query: PostgresQuery = "WITH fence AS ("
        if append.isFinal {
            query.append("DELETE FROM \(unsafeSQL: kind.liveTable)")
        } else {
            query.append(
                """
                UPDATE \(unsafeSQL: kind.liveTable) SET head = \(append.lastSequence), shown_limit = \(append.shownLimit),
                    journal_version = greatest(journal_version, \(kind.version))
                """)
        }
        query.append(fence(append, journal))
        query.append(" RETURNING *)")
        query.append(effects)
        query.append(
            """
             INSERT INTO \(unsafeSQL: kind.eventTable)
                (\(unsafeSQL: kind.idColumn), first_seq, last_seq, organization_id, epoch, type, version, payload, private)
            SELECT \(journal), \(append.firstSequence), \(append.lastSequence), organization_id, \(append.epoch),
                \(append.events.last?.type ?? ""), \(kind.version), \(PostgresJSON(bytes: append.row.payload))::json,
                \(append.privateData.map { PostgresJSON(bytes: $0) })::json FROM fence
            """)
        return query
    }

    private func fence(_ append: JournalAppend, _ journal: JournalID) -> PostgresQuery {
        " WHERE \(unsafeSQL: kind.idColumn) = \(journal) AND epoch = \(append.epoch) AND head = \(append.firstSequence - 1)"
    }

    /// ACCEPT: further parts of a statement's `WITH`, each of which begins with a comma, that begin a journal with its first events when the part
    /// `effect`, which begins what the journal is of, has a row.
    ///
    /// - Parameter holder: The worker that goes on with it at once; nil: whoever claims it.
    package func opening(
        _ journal: JournalID, in organization: OrganizationID, with events: [JournalEvent], holder: WorkerID?
    ) -> PostgresQuery {
        """
        , live AS (
            INSERT INTO \(unsafeSQL: kind.liveTable)
                (\(unsafeSQL: kind.idColumn), organization_id, journal_version, epoch, holder, head, shown_limit, wake_at)
            SELECT \(journal), \(organization), \(kind.version), 1, \(holder), \(events.count), \(events.count), now() FROM effect),
        event AS (
            INSERT INTO \(unsafeSQL: kind.eventTable)
                (\(unsafeSQL: kind.idColumn), first_seq, last_seq, organization_id, epoch, type, version, payload)
            SELECT \(journal), 1, \(events.count), \(organization), 1, \(events.last?.type ?? ""), \(kind.version),
                \(PostgresJSON(bytes: JournalRow.payload(of: events)))::json FROM effect)
        """
    }
}
