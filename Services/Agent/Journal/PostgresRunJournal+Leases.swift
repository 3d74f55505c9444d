internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Who may work, and on what. The clock is the database's alone.
extension PostgresRunJournal {
    package func beat(_ worker: WorkerID) async throws(JournalError) -> Bool {
        try await submit(
            """
            UPDATE agent.workers SET lease_until = clock_timestamp() + interval '2 seconds' WHERE id = \(worker)
            """
        ).affectedRows == 1
    }

    package func enlist(_ worker: WorkerID) async throws(JournalError) {
        _ = try await submit(
            """
            INSERT INTO agent.workers (id, lease_until) VALUES (\(worker), clock_timestamp() + interval '2 seconds')
            ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
            """)
    }

    package func retire(_ worker: WorkerID) async throws(JournalError) {
        _ = try await submit("DELETE FROM agent.workers WHERE id = \(worker)")
    }

    package func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [RunClaim] {
        // With a join in place of the array, a generic plan reads the whole table.
        let rows = try await submit(
            """
            UPDATE agent.live_runs SET epoch = epoch + 1, holder = \(worker), claims = claims + 1
            WHERE run_id = ANY(ARRAY(
                SELECT l.run_id FROM agent.live_runs l LEFT JOIN agent.workers w ON w.id = l.holder
                WHERE l.wake_at <= now() AND l.journal_version <= \(Self.version)
                    AND (w.id IS NULL OR w.lease_until < clock_timestamp())
                ORDER BY l.run_id LIMIT \(limit) FOR UPDATE OF l SKIP LOCKED))
            RETURNING run_id, organization_id, epoch, head, shown_limit, cancel_requested, claims
            """)
        return try claims(rows)
    }

    package func held(by worker: WorkerID) async throws(JournalError) -> [RunClaim] {
        let rows = try await submit(
            """
            SELECT run_id, organization_id, epoch, head, shown_limit, cancel_requested, claims FROM agent.live_runs WHERE holder = \(worker)
            """)
        return try claims(rows)
    }

    private func claims(_ rows: PostgresRows) throws(JournalError) -> [RunClaim] {
        do {
            return try rows.map { row in
                let (run, organization, epoch, head, limit, isCancelRequested, claims) = try row.decode(
                    (RunID, OrganizationID, Int, Int, Int, Bool, Int).self)
                return RunClaim(
                    runID: run, organizationID: organization, epoch: epoch, head: head, shownLimit: limit,
                    isCancelRequested: isCancelRequested, claims: claims)
            }
        } catch { throw .refused("\(error)") }
    }
}
