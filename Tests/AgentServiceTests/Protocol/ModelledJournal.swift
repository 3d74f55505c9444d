import AgentService
import Journal
import WireProtocol

/// The journal of one run as the database keeps it: each function is one statement, atomic.
struct ModelledJournal: Hashable {
    private(set) var epoch = 1
    private(set) var holder: Int?
    private(set) var head: Int
    private(set) var shownLimit: Int
    private(set) var rows: [JournalRow]
    private(set) var events: [NumberedEvent]
    /// The fold over the events.
    private(set) var state = RunState(expectsSession: false)
    private(set) var isEnded = false
    var isCancelRequested = false
    /// The workers whose lease has not run out.
    var leases: Set<Int> = []

    init(first event: JournalEvent) {
        rows = [JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [event]))]
        events = [NumberedEvent(sequence: 1, type: event.type, data: event.data)]
        head = 1
        shownLimit = 1
    }

    /// APPEND: whether it was written. Throws when the journal would say what no run can do.
    mutating func append(_ append: JournalAppend) throws -> Bool {
        guard !isEnded, epoch == append.epoch, head == append.firstSequence - 1 else { return false }
        if append.events.isEmpty {
            shownLimit = append.shownLimit
            return true
        }
        guard append.row.firstSequence == (rows.last?.lastSequence ?? 0) + 1 else {
            throw BrokenPromise(description: "a gap or an overlap")
        }
        rows.append(append.row)
        events += append.numberedEvents
        for event in append.numberedEvents { try state.apply(RunEvent(stored: event.data), at: event.sequence) }
        head = append.lastSequence
        shownLimit = append.shownLimit
        isEnded = append.isFinal
        return true
    }

    /// The bytes that are committed under a number; nil: none.
    func data(at sequence: Int) -> [UInt8]? { events.last { $0.sequence == sequence }?.data }

    var canBeClaimed: Bool { !isEnded && (holder.map { !leases.contains($0) } ?? true) }

    /// CLAIM.
    mutating func claim(by worker: Int) {
        epoch += 1
        holder = worker
    }

    func position(after append: JournalAppend) -> JournalPosition {
        if !isEnded { return .live(epoch: epoch, head: head, shownLimit: shownLimit) }
        return .ended(rowEpoch: rows.first { $0.firstSequence == append.firstSequence }?.epoch)
    }
}

/// What the hash leaves out follows from the rest, or nearly.
extension ModelledJournal {
    static func == (left: ModelledJournal, right: ModelledJournal) -> Bool {
        left.epoch == right.epoch && left.holder == right.holder && left.shownLimit == right.shownLimit && left.isEnded == right.isEnded
            && left.isCancelRequested == right.isCancelRequested && left.leases == right.leases && left.rows == right.rows
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(epoch)
        hasher.combine(holder)
        hasher.combine(head)
        hasher.combine(shownLimit)
        hasher.combine(leases.count)
    }
}
