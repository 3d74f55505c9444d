import AgentService
import Journal
import Support
import WireProtocol

/// The journal of one run, in the memory that passes the same tests as the database, with what follows from its rows.
struct ModelledJournal: Hashable {
    private var ledger = MemoryLedger()
    private(set) var events: [NumberedEvent]
    /// The fold over the events.
    private(set) var state = RunState(expectsSession: false)
    private(set) var isCancelRequested = false

    private static let id = Scenario.runID.journalID

    init(first event: JournalEvent) {
        ledger.begin(Self.id, in: .sample, with: event, holder: nil)
        events = [NumberedEvent(sequence: 1, type: event.type, data: event.data)]
    }

    private static func id(of worker: Int) -> WorkerID { WorkerID(UUIDBytes(high: 0, low: UInt64(worker))) }

    // MARK: The run

    private var live: MemoryLedger.Live? { ledger.entries[Self.id]?.live }
    var rows: [JournalRow] { ledger.entries[Self.id]?.rows ?? [] }
    var isEnded: Bool { live == nil }
    var epoch: Int { live?.epoch ?? rows.last?.epoch ?? 0 }
    var head: Int { rows.last?.lastSequence ?? 0 }
    var shownLimit: Int { live?.shownLimit ?? head }

    mutating func requestCancellation() { isCancelRequested = ledger.requestCancellation(of: Self.id, in: .sample) }

    /// APPEND: whether it was written. Throws when the journal would say what no run can do.
    mutating func append(_ append: JournalAppend) throws -> Bool {
        let before = head
        guard ledger.append(append, to: Self.id) else { return false }
        if append.events.isEmpty { return true }
        guard append.firstSequence == before + 1 else { throw BrokenPromise(description: "a gap or an overlap") }
        events += append.numberedEvents
        for event in append.numberedEvents { try state.apply(RunEvent(stored: event.data), at: event.sequence) }
        return true
    }

    /// The bytes that are committed under a number; nil: none.
    func data(at sequence: Int) -> [UInt8]? { events.last { $0.sequence == sequence }?.data }

    func position(after append: JournalAppend) -> JournalPosition { ledger.position(of: Self.id, first: append.firstSequence) }

    // MARK: Workers

    func hasLease(_ worker: Int) -> Bool { ledger.leases.contains(Self.id(of: worker)) }
    mutating func enlist(_ worker: Int) { ledger.enlist(Self.id(of: worker)) }
    mutating func lapse(_ worker: Int) { ledger.lapse(Self.id(of: worker)) }

    mutating func park() { _ = ledger.rest(Self.id, epoch: epoch, head: head) }
    mutating func wake() { ledger.wake(Self.id) }

    func isHeld(by worker: Int) -> Bool { live?.holder == Self.id(of: worker) }

    /// CLAIM: the world with it; nil: there is nothing to claim.
    func claimed(by worker: Int) -> ModelledJournal? {
        var journal = self
        return journal.ledger.claim(atMost: 1, for: Self.id(of: worker)).isEmpty ? nil : journal
    }

    /// What a worker that holds it begins with.
    var claim: JournalClaim {
        JournalClaim(id: Self.id, organizationID: .sample, epoch: epoch, head: head, shownLimit: shownLimit)
    }
}

/// What this leaves out follows from the rest, or nearly.
extension ModelledJournal {
    static func == (left: ModelledJournal, right: ModelledJournal) -> Bool { left.ledger == right.ledger }

    func hash(into hasher: inout Hasher) {
        hasher.combine(live)
        hasher.combine(head)
        hasher.combine(ledger.leases.count)
    }
}
