package import EventLoop
package import Journal
package import WireProtocol

/// Journals in memory, with leases that run out by the clock of a loop. Several loops of one simulation may share it.
package final class MemoryJournal: JournalStore {
    package private(set) var ledger = MemoryLedger()
    private var leases: [WorkerID: Instant] = [:]
    private let clock: EventLoop

    package init(clock: EventLoop) { self.clock = clock }

    /// Begins a journal.
    package func begin(_ journal: JournalID, in organization: OrganizationID, with event: JournalEvent, holder: WorkerID?) {
        ledger.begin(journal, in: organization, with: event, holder: holder)
    }

    /// Lets a worker's lease be over.
    package func lapse(_ worker: WorkerID) {
        leases[worker] = clock.preciseNow
        lapse()
    }

    private func lapse() {
        for (worker, end) in leases where end <= clock.preciseNow { ledger.lapse(worker) }
    }

    package func beat(_ worker: WorkerID) async throws(JournalError) -> Bool {
        guard leases[worker] != nil else { return false }
        try await enlist(worker)
        return true
    }

    package func enlist(_ worker: WorkerID) async throws(JournalError) {
        leases[worker] = clock.preciseNow + .seconds(2)
        ledger.enlist(worker)
    }

    package func retire(_ worker: WorkerID) async throws(JournalError) {
        leases[worker] = nil
        ledger.lapse(worker)
    }

    package func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [JournalClaim] {
        lapse()
        return ledger.claim(atMost: limit, for: worker)
    }

    package func held(by worker: WorkerID) async throws(JournalError) -> [JournalClaim] { ledger.held(by: worker) }

    package func rest(_ journal: JournalID, epoch: Int, head: Int) async throws(JournalError) -> Bool {
        ledger.rest(journal, epoch: epoch, head: head)
    }

    /// Lets a journal at rest be claimed again.
    package func wake(_ journal: JournalID) { ledger.wake(journal) }

    /// Removes a journal with all that is in it.
    package func delete(_ journal: JournalID) { ledger.delete(journal) }

    package func append(_ append: JournalAppend, to journal: JournalID) async throws(JournalError) -> Bool {
        ledger.append(append, to: journal)
    }

    package func position(of journal: JournalID, first: Int) async throws(JournalError) -> JournalPosition {
        ledger.position(of: journal, first: first)
    }

    package func rows(
        of journal: JournalID, in organization: OrganizationID, after sequence: Int, limit: Int
    ) async throws(JournalError) -> [JournalRow] {
        ledger.rows(of: journal, in: organization, after: sequence, limit: limit)
    }

    package func requestCancellation(of journal: JournalID, in organization: OrganizationID) async throws(JournalError) -> Bool {
        ledger.requestCancellation(of: journal, in: organization)
    }
}
