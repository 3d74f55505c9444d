package import EventLoop
package import WireProtocol

/// Gives the events of a run after a number, in order and without a gap, as they come, to one reader. Where the run is carried out is all the same:
/// on this loop they come from memory, elsewhere from the tail, and whatever is missed comes from the journal.
package struct RunFollower {
    let loop: EventLoop
    let journal: any RunJournal
    let engine: RunEngine
    let tail: any RunTail
    let run: RunID
    let organization: OrganizationID
    /// The number of the last event that was given.
    private(set) var last: Int

    package init(_ viewer: RunViewer, _ run: RunID, in organization: OrganizationID, after last: Int) {
        loop = viewer.loop
        journal = viewer.journal
        engine = viewer.engine
        tail = viewer.tail
        self.run = run
        self.organization = organization
        self.last = last
    }

    private static let pageSize = 64
    private static let pollInterval = Duration.milliseconds(250)

    /// The next events; waits for them, at most so long. Empty: the time is over.
    package mutating func next(atMost duration: Duration) async throws -> [NumberedEvent] {
        let deadline = loop.preciseNow + duration
        while true {
            let left = deadline - loop.preciseNow
            if let live = engine.live(run), live.events(after: last) != nil {
                let last = last
                try await live.changed.wait(atMost: left) { !live.isOver && (live.events(after: last) ?? []).isEmpty }
                // What was shown at the very end is still there when the engine has let go of the run.
                if let events = live.events(after: last), !events.isEmpty { return take(Array(events)) }
            } else {
                let committed = try await committed()
                if !committed.isEmpty { return take(committed) }
                let events = left > .zero ? try await tail.events(of: run, after: last, atMost: min(left, Self.pollInterval)) : []
                if !events.isEmpty { return take(events) }
            }
            if loop.preciseNow >= deadline { return [] }
        }
    }

    /// The next events that are committed; empty: there are no more.
    mutating func committedPage() async throws -> [NumberedEvent] { take(try await committed()) }

    /// What is committed after the last number.
    private func committed() async throws -> [NumberedEvent] {
        do {
            return try await journal.rows(of: run, in: organization, after: last, limit: Self.pageSize).flatMap {
                try $0.numberedEvents().filter { $0.sequence > last }
            }
        } catch JournalError.unavailable, JournalError.outcomeUnknown {
            throw Problem(.unavailable, detail: "The database cannot be reached.")
        }
    }

    private mutating func take(_ events: [NumberedEvent]) -> [NumberedEvent] {
        last = events.last?.sequence ?? last
        return events
    }
}

/// Makes followers.
package struct RunViewer {
    let loop: EventLoop
    let journal: any RunJournal
    let engine: RunEngine
    let tail: any RunTail

    package init(loop: EventLoop, journal: any RunJournal, engine: RunEngine, tail: any RunTail) {
        self.loop = loop
        self.journal = journal
        self.engine = engine
        self.tail = tail
    }
}
