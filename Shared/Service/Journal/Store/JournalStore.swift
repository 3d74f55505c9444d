package import WireProtocol

/// Where journals are kept. Every function is one transaction.
package protocol JournalStore: AnyObject {
    // MARK: Leases

    /// BEAT: prolongs the worker's lease. False: its lease is gone, and with it the worker.
    func beat(_ worker: WorkerID) async throws(JournalError) -> Bool
    /// Begins a lease.
    func enlist(_ worker: WorkerID) async throws(JournalError)
    /// Gives the lease up, and the journals with it: others may claim them at once.
    func retire(_ worker: WorkerID) async throws(JournalError)
    /// CLAIM: takes journals that nobody holds, or whose holder's lease is over; none that the worker holds itself, however late its beats come.
    func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [JournalClaim]
    /// RECONCILE: the journals that the worker holds.
    func held(by worker: WorkerID) async throws(JournalError) -> [JournalClaim]
    /// REST: lets go of a journal that stands at `head`; nobody claims it before it is woken, as by who wants it cancelled. False: the epoch or
    /// the head is another, or someone wants it cancelled.
    func rest(_ journal: JournalID, epoch: Int, head: Int) async throws(JournalError) -> Bool

    // MARK: Journals

    /// APPEND. False: nothing was written, because the epoch or the head is another.
    func append(_ append: JournalAppend, to journal: JournalID) async throws(JournalError) -> Bool
    /// Where the journal stands, for a holder that does not know what became of its append: the row that began at `first`, or who holds it.
    func position(of journal: JournalID, first: Int) async throws(JournalError) -> JournalPosition
    /// The rows with the next numbers after one, so many, in order: few rows when each has many events.
    func rows(
        of journal: JournalID, in organization: OrganizationID, after sequence: Int, limit: Int
    ) async throws(JournalError) -> [JournalRow]
    /// Notes that someone wants it cancelled, and wakes it. False: it has ended.
    func requestCancellation(of journal: JournalID, in organization: OrganizationID) async throws(JournalError) -> Bool
}

extension JournalStore {
    /// Gives the events up to the head of a claim, in order, to `apply`; only a page of them is in memory. Throws `CorruptJournal` when a row is missing.
    package func replay(upTo claim: JournalClaim, _ apply: (NumberedEvent) throws -> Void) async throws {
        var last = 0
        while last < claim.head {
            let page = try await rows(of: claim.id, in: claim.organizationID, after: last, limit: 128)
                .filter { $0.lastSequence <= claim.head }
            let end = page.last?.lastSequence ?? claim.head
            try page.replay(after: last, upTo: end, apply)
            last = end
        }
    }

    /// All rows up to the head of a claim.
    package func rows(upTo claim: JournalClaim) async throws(JournalError) -> [JournalRow] {
        var all: [JournalRow] = []
        while (all.last?.lastSequence ?? 0) < claim.head {
            let page = try await rows(of: claim.id, in: claim.organizationID, after: all.last?.lastSequence ?? 0, limit: 1024)
            if page.isEmpty { break }
            all += page
        }
        return all.filter { $0.lastSequence <= claim.head }
    }
}

/// Why the store gave no answer.
package enum JournalError: Error, Hashable, Sendable {
    /// It may have taken effect, or may yet.
    case outcomeUnknown
    /// It had no effect; it may work another time. Says why, fit for logs.
    case unavailable(String)
    /// It had no effect, and will have none when it is tried again. Says why, fit for logs.
    case refused(String)
}
