internal import EventLoop
internal import WireProtocol

/// Gives the events of a journal after a number, in order and without a gap, as they come, to one reader. Who holds the journal is all the same: what
/// is held on this loop comes from memory, the rest from the tail, and whatever is missed comes from the store.
package struct JournalFollower {
    private let worker: JournalWorker
    private let journal: JournalID
    private let organization: OrganizationID
    /// The number of the last event that was given.
    private var last: Int
    /// Whether the last event of the journal was given, or the journal is gone.
    package private(set) var isOver: Bool
    /// Whether the tail gave the last events: it is ahead of the store, which is asked when the tail has nothing more.
    private var isAheadOfStore = false
    /// When the holder was last asked to show the journal to those who follow it elsewhere.
    private var askedAt: Instant?

    init(_ worker: JournalWorker, _ journal: JournalID, in organization: OrganizationID, after last: Int, isOver: Bool) {
        self.worker = worker
        self.journal = journal
        self.organization = organization
        self.last = last
        self.isOver = isOver
    }

    private static let askingInterval = Duration.seconds(2)
    /// How many events are read at a time, and those that one append wrote together with the last of them.
    private static let pageSize = 128
    /// How many bytes of events a list has, but for those of its last one.
    private static let largestList = 4 << 20
    private static let pollInterval = Duration.milliseconds(250)
    /// Of a journal in which nothing has happened for a while.
    private static let longestPollInterval = Duration.seconds(1)

    /// The next events; waits for them, at most so long. Empty: the time is over. Throws a problem 503 while the database cannot be reached.
    package mutating func next(atMost duration: Duration) async throws -> [NumberedEvent] {
        let deadline = worker.loop.preciseNow + duration
        var interval = Self.pollInterval
        while true {
            let left = deadline - worker.loop.preciseNow
            if let live = worker.live(journal), live.events(after: last) != nil {
                let last = last
                try await live.changed.wait(atMost: left) { !live.isOver && (live.events(after: last) ?? []).isEmpty }
                // What was shown at the very end is still there when the worker has let go of the journal.
                if let events = live.events(after: last), !events.isEmpty { return take(Array(events)) }
            } else {
                if !isAheadOfStore, case let committed = try await committed(), !committed.isEmpty { return take(committed) }
                askToShow()
                let events =
                    left > .zero ? try await worker.tail.events(of: journal, after: last, atMost: min(left, interval)) : []
                isAheadOfStore = !events.isEmpty
                if isAheadOfStore { return take(events) }
                interval = min(interval * 2.0, Self.longestPollInterval)
            }
            if worker.loop.preciseNow >= deadline { return worker.live(journal) == nil ? try await remainder() : [] }
        }
    }

    /// The next events of a journal in which nothing happens here: when it was deleted there are none, and never will be.
    private mutating func remainder() async throws -> [NumberedEvent] {
        let (journal, first) = (journal, last + 1)
        let position = try await asking { () throws(JournalError) in try await worker.store.position(of: journal, first: first) }
        guard case .ended = position else { return [] }
        let events = take(try await committed())
        if events.isEmpty { isOver = true }
        return events
    }

    private mutating func askToShow() {
        if let askedAt, worker.loop.now < askedAt + Self.askingInterval { return }
        askedAt = worker.loop.now
        worker.askToShow(journal)
    }

    /// The events that are committed now, at most so many, and fewer when they are large, each made into what is listed; and whether there are more.
    package mutating func list<Item>(
        atMost limit: Int, _ make: (NumberedEvent) throws -> Item
    ) async throws -> (items: [Item], hasMore: Bool) {
        var items: [Item] = []
        var size = 0
        while true {
            let page = take(try await committed())
            if page.isEmpty { return (items, false) }
            for event in page {
                if items.count == limit || size >= Self.largestList { return (items, true) }
                items.append(try make(event))
                size += event.data.count
            }
        }
    }

    /// What is committed after the last number.
    private func committed() async throws -> [NumberedEvent] {
        let rows = try await asking { () throws(JournalError) in
            try await worker.store.rows(of: journal, in: organization, after: last, limit: Self.pageSize)
        }
        return try rows.flatMap { try $0.numberedEvents().filter { $0.sequence > last } }
    }

    private func asking<T>(_ question: () async throws(JournalError) -> T) async throws -> T {
        do { return try await question() } catch JournalError.unavailable, JournalError.outcomeUnknown {
            throw Problem(.unavailable, detail: "The database cannot be reached.")
        }
    }

    private mutating func take(_ events: [NumberedEvent]) -> [NumberedEvent] {
        if let event = events.last {
            last = event.sequence
            isOver = worker.kind.finalTypes.contains(event.type)
        }
        return events
    }
}
