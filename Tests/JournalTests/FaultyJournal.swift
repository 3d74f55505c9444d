import EventLoop
import Journal
import Support
import WireProtocol

/// Journals in memory behind a store that fails when a test wants it.
final class FaultyJournal: JournalStore {
    let memory: MemoryJournal
    var beatFailure: JournalError?
    var claimFailure: JournalError?
    var appendFailure: JournalError?
    var restFailure: JournalError?
    /// How often REST was asked for.
    private(set) var rests = 0
    /// How often rows were asked for.
    private(set) var readings = 0
    /// Called before the position is read.
    var onPosition: () throws(JournalError) -> Void = {}
    /// How many were wanted, of each claim.
    private(set) var wanted: [Int] = []

    init(clock: EventLoop) { memory = MemoryJournal(clock: clock) }

    /// Begins a journal that nobody holds.
    func begin(_ loop: EventLoop) {
        memory.begin(JournalID(loop.makeID()), in: OrganizationID(loop.makeID()), with: .said("0"), holder: nil)
    }

    func beat(_ worker: WorkerID) async throws(JournalError) -> Bool {
        if let beatFailure { throw beatFailure }
        return try await memory.beat(worker)
    }

    func enlist(_ worker: WorkerID) async throws(JournalError) { try await memory.enlist(worker) }

    func retire(_ worker: WorkerID) async throws(JournalError) { try await memory.retire(worker) }

    func claim(atMost limit: Int, for worker: WorkerID) async throws(JournalError) -> [JournalClaim] {
        wanted.append(limit)
        if let claimFailure { throw claimFailure }
        return try await memory.claim(atMost: limit, for: worker)
    }

    func held(by worker: WorkerID) async throws(JournalError) -> [JournalClaim] { try await memory.held(by: worker) }

    func rest(_ journal: JournalID, epoch: Int, head: Int) async throws(JournalError) -> Bool {
        rests += 1
        if let restFailure { throw restFailure }
        return try await memory.rest(journal, epoch: epoch, head: head)
    }

    func append(_ append: JournalAppend, to journal: JournalID) async throws(JournalError) -> Bool {
        if let appendFailure { throw appendFailure }
        return try await memory.append(append, to: journal)
    }

    func position(of journal: JournalID, first: Int) async throws(JournalError) -> JournalPosition {
        try onPosition()
        return try await memory.position(of: journal, first: first)
    }

    func rows(
        of journal: JournalID, in organization: OrganizationID, after sequence: Int, limit: Int
    ) async throws(JournalError) -> [JournalRow] {
        readings += 1
        return try await memory.rows(of: journal, in: organization, after: sequence, limit: limit)
    }

    func requestCancellation(of journal: JournalID, in organization: OrganizationID) async throws(JournalError) -> Bool {
        try await memory.requestCancellation(of: journal, in: organization)
    }
}
