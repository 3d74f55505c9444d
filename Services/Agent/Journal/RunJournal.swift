package import WireProtocol

/// Where runs are kept. Every function is one transaction.
package protocol RunJournal: AnyObject {
    // MARK: Leases

    /// BEAT: prolongs the worker's lease. False: its lease is gone, and with it the worker.
    func beat(_ worker: WorkerID) async throws(JournalError) -> Bool
    /// Begins a lease.
    func enlist(_ worker: WorkerID) async throws(JournalError)
    /// Gives the lease up, and the runs with it: others may claim them at once.
    func retire(_ worker: WorkerID) async throws(JournalError)
    /// CLAIM: takes runs that nobody holds, or whose holder's lease is over.
    func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [RunClaim]
    /// RECONCILE: the runs that the worker holds.
    func held(by worker: WorkerID) async throws(JournalError) -> [RunClaim]

    // MARK: Runs

    /// ACCEPT: message, run, first event and the record of the request's key, all or nothing.
    func accept(_ acceptance: RunAcceptance) async throws(JournalError) -> AcceptanceOutcome
    /// What a run was accepted with.
    func record(of claim: RunClaim) async throws(JournalError) -> RunRecord
    /// APPEND. False: nothing was written, because the epoch or the head is another.
    func append(_ append: JournalAppend, to run: RunID) async throws(JournalError) -> Bool
    /// Where the journal stands, for a holder that does not know what became of its append: the row that began at `first`, or who holds the run.
    func position(of run: RunID, first: Int) async throws(JournalError) -> JournalPosition
    /// Rows whose last event is after a number, in order.
    func rows(of run: RunID, in organization: OrganizationID, after sequence: Int, limit: Int) async throws(JournalError) -> [JournalRow]
    /// Notes that someone wants the run cancelled. False: it has ended.
    func requestCancellation(of run: RunID, in organization: OrganizationID) async throws(JournalError) -> Bool
}

/// Why the journal gave no answer.
package enum JournalError: Error, Hashable, Sendable {
    /// It may have taken effect, or may yet.
    case outcomeUnknown
    /// It had no effect; it may work another time. Says why, fit for logs.
    case unavailable(String)
    /// It had no effect, and will have none when it is tried again. Says why, fit for logs.
    case refused(String)
}

/// A run in the hands of a worker.
package struct RunClaim: Sendable, Hashable {
    package var runID: RunID
    package var organizationID: OrganizationID
    package var epoch: Int
    package var head: Int
    package var shownLimit: Int
    package var isCancelRequested: Bool
    /// How often the run was claimed.
    package var claims: Int

    package init(
        runID: RunID, organizationID: OrganizationID, epoch: Int, head: Int, shownLimit: Int, isCancelRequested: Bool = false,
        claims: Int = 0
    ) {
        self.runID = runID
        self.organizationID = organizationID
        self.epoch = epoch
        self.head = head
        self.shownLimit = shownLimit
        self.isCancelRequested = isCancelRequested
        self.claims = claims
    }
}
