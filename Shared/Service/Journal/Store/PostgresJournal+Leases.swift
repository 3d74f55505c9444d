package import PostgresClient
internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// Who may work, and on what. The clock is the database's alone.
extension PostgresJournal {
    package func beat(_ worker: WorkerID) async throws(JournalError) -> Bool {
        try await submit(
            """
            UPDATE \(unsafeSQL: kind.workerTable) SET lease_until = \(fragment: leaseEnd) WHERE id = \(worker)
            """
        ).affectedRows == 1
    }

    package func enlist(_ worker: WorkerID) async throws(JournalError) {
        _ = try await submit(
            """
            INSERT INTO \(unsafeSQL: kind.workerTable) (id, lease_until) VALUES (\(worker), \(fragment: leaseEnd))
            ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
            """)
    }

    package func retire(_ worker: WorkerID) async throws(JournalError) {
        _ = try await submit("DELETE FROM \(unsafeSQL: kind.workerTable) WHERE id = \(worker)")
    }

    package func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [JournalClaim] {
        // With a join in place of the array, a generic plan reads the whole table.
        let rows = try await submit(
            """
            UPDATE \(unsafeSQL: kind.liveTable) SET epoch = epoch + 1, holder = \(worker), claims = claims + 1
            WHERE \(unsafeSQL: kind.idColumn) = ANY(ARRAY(
                SELECT l.\(unsafeSQL: kind.idColumn)
                FROM \(unsafeSQL: kind.liveTable) l LEFT JOIN \(unsafeSQL: kind.workerTable) w ON w.id = l.holder
                WHERE l.wake_at < 'infinity' AND l.wake_at <= now() AND l.journal_version <= \(kind.version)
                    AND (w.id IS NULL OR w.lease_until < clock_timestamp()) AND l.holder IS DISTINCT FROM \(worker)
                ORDER BY 1 LIMIT \(limit) FOR UPDATE OF l SKIP LOCKED))
            RETURNING \(fragment: claimColumns)
            """)
        return try claims(rows)
    }

    package func held(by worker: WorkerID) async throws(JournalError) -> [JournalClaim] {
        try claims(try await submit("SELECT \(fragment: claimColumns) FROM \(unsafeSQL: kind.liveTable) WHERE holder = \(worker)"))
    }

    package func rest(_ journal: JournalID, epoch: Int, head: Int) async throws(JournalError) -> Bool {
        try await rest(journal, epoch: epoch, head: head, when: "SELECT")
    }

    /// REST, unless something was left for the journal.
    ///
    /// - Parameter idle: A query that gives one row when nothing was left, and otherwise none. It locks (`FOR NO KEY UPDATE SKIP LOCKED`) a row
    ///   that whoever leaves something changes first, and wakes the journal after: so one of both sees the other, and neither waits.
    package func rest(_ journal: JournalID, epoch: Int, head: Int, when idle: PostgresQuery) async throws(JournalError) -> Bool {
        try await submit(
            """
            WITH held AS (
                SELECT \(unsafeSQL: kind.idColumn) AS id FROM \(unsafeSQL: kind.liveTable)
                WHERE \(unsafeSQL: kind.idColumn) = \(journal) AND epoch = \(epoch) AND head = \(head) AND NOT cancel_requested
                FOR NO KEY UPDATE SKIP LOCKED),
            idle AS (\(fragment: idle))
            UPDATE \(unsafeSQL: kind.liveTable) l SET \(fragment: Self.lettingGo), wake_at = 'infinity'
            FROM held, idle WHERE l.\(unsafeSQL: kind.idColumn) = held.id
            """
        ).affectedRows == 1
    }

    /// What lets go of a journal, in an `UPDATE` of its row. The epoch grows, so that whatever the former holder may still write is refused.
    package static let lettingGo: PostgresQuery = "holder = NULL, epoch = epoch + 1, claims = 0"

    private var leaseEnd: PostgresQuery { "clock_timestamp() + make_interval(secs => \(lease.seconds))" }

    private var claimColumns: PostgresQuery {
        "\(unsafeSQL: kind.idColumn), organization_id, epoch, head, shown_limit, cancel_requested, claims"
    }

    private func claims(_ rows: PostgresRows) throws(JournalError) -> [JournalClaim] {
        do {
            return try rows.map { row in
                let (id, organization, epoch, head, limit, isCancelRequested, claims) = try row.decode(
                    (JournalID, OrganizationID, Int, Int, Int, Bool, Int).self)
                return JournalClaim(
                    id: id, organizationID: organization, epoch: epoch, head: head, shownLimit: limit,
                    isCancelRequested: isCancelRequested, claims: claims)
            }
        } catch { throw .refused("\(error)") }
    }
}
