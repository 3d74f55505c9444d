internal import PostgresClient
internal import ServiceKit
package import WireProtocol

extension PostgresJournal {
    package func position(of journal: JournalID, first: Int) async throws(JournalError) -> JournalPosition {
        let rows = try await read(
            """
            SELECT l.epoch, l.head, l.shown_limit, e.epoch
            FROM (VALUES (\(journal))) AS j(id) LEFT JOIN \(unsafeSQL: kind.liveTable) l ON l.\(unsafeSQL: kind.idColumn) = j.id
                LEFT JOIN \(unsafeSQL: kind.eventTable) e ON e.\(unsafeSQL: kind.idColumn) = j.id AND e.first_seq = \(first)
            """)
        do {
            guard let row = rows.first else { return .ended(rowEpoch: nil) }
            let (epoch, head, limit, rowEpoch) = try row.decode((Int?, Int?, Int?, Int?).self)
            guard let epoch, let head, let limit else { return .ended(rowEpoch: rowEpoch) }
            return .live(epoch: epoch, head: head, shownLimit: limit)
        } catch { throw .refused("\(error)") }
    }

    package func rows(
        of journal: JournalID, in organization: OrganizationID, after sequence: Int, limit: Int
    ) async throws(JournalError) -> [JournalRow] {
        let rows = try await translating {
            try await database.as(organization).query(
                """
                SELECT first_seq, last_seq, epoch, payload FROM \(unsafeSQL: kind.eventTable)
                WHERE \(unsafeSQL: kind.idColumn) = \(journal) AND last_seq > \(sequence) AND first_seq <= \(sequence + limit)
                ORDER BY first_seq
                """)
        }
        do {
            return try rows.map { row in
                let (first, last, epoch, payload) = try row.decode((Int, Int, Int, PostgresJSON).self)
                return JournalRow(firstSequence: first, lastSequence: last, epoch: epoch, payload: payload.bytes)
            }
        } catch { throw .refused("\(error)") }
    }

    package func requestCancellation(
        of journal: JournalID, in organization: OrganizationID
    ) async throws(JournalError) -> Bool {
        try await translating {
            try await database.as(organization).query(
                """
                UPDATE \(unsafeSQL: kind.liveTable) SET cancel_requested = true, wake_at = least(wake_at, now())
                WHERE \(unsafeSQL: kind.idColumn) = \(journal)
                """)
        }.affectedRows == 1
    }
}
