/// The holder's side of the append protocol for one run: one append in flight, and certainty about each before anything follows from it.
package struct AppendProtocol: Sendable, Hashable {
    /// What is under way.
    package enum Phase: Sendable, Hashable {
        case idle
        /// Sent, not answered.
        case sent(JournalAppend)
        /// Refused, or its acknowledgement was lost: the position is being read.
        case unsure(JournalAppend)
        /// Someone else holds the run.
        case fenced
    }

    /// What follows from an answer.
    package enum Conclusion: Sendable, Hashable {
        case committed(JournalAppend)
        case readPosition
        case send(JournalAppend)
        case fenced
    }

    package let epoch: Int
    /// The number of the last event that is known to be committed.
    package private(set) var head: Int
    package private(set) var shownLimit: Int
    package private(set) var phase = Phase.idle

    package init(epoch: Int, head: Int, shownLimit: Int) {
        self.epoch = epoch
        self.head = head
        self.shownLimit = shownLimit
    }

    /// Whether an append may begin.
    package var isIdle: Bool { phase == .idle }

    /// Begins an append of events that stand for the numbers after the head, and reserves so many more.
    /// The first event stands for `surplus` numbers besides its own.
    package mutating func begin(_ events: [JournalEvent], surplus: Int = 0, reserve: Int = 0, outcome: ModelOutcome? = nil) -> JournalAppend
    {
        let last = head + surplus + events.count
        let append = JournalAppend(
            epoch: epoch, firstSequence: head + 1, lastSequence: last, events: events,
            shownLimit: events.isEmpty ? shownLimit + reserve : last + reserve, outcome: outcome)
        phase = .sent(append)
        return append
    }

    /// The database answered: whether it was written.
    package mutating func answered(written: Bool) -> Conclusion? {
        guard case .sent(let append) = phase else { return nil }
        return written ? conclude(append) : doubt(append)
    }

    /// No answer will come, so it may have been written or not, or may yet be.
    package mutating func acknowledgementLost() -> Conclusion? {
        guard case .sent(let append) = phase else { return nil }
        return doubt(append)
    }

    /// It is certain that the database did not see it.
    package mutating func notSent() -> Conclusion? {
        guard case .sent(let append) = phase else { return nil }
        return .send(append)
    }

    /// The position was read.
    package mutating func positionRead(_ position: JournalPosition) -> Conclusion? {
        guard case .unsure(let append) = phase else { return nil }
        switch position {
        case .live(let epoch, _, _) where epoch != self.epoch:
            return fence()
        case .live(_, let head, let limit):
            let isWritten = append.events.isEmpty ? limit >= append.shownLimit : head == append.lastSequence
            if isWritten { return conclude(append) }
            guard head == append.firstSequence - 1 else { return fence() }
            // Should the first one be written after all, this one finds another head and writes nothing.
            phase = .sent(append)
            return .send(append)
        case .ended(let rowEpoch):
            return append.isFinal && rowEpoch == epoch ? conclude(append) : fence()
        }
    }

    /// Someone else was found to hold the run.
    package mutating func fence() -> Conclusion {
        phase = .fenced
        return .fenced
    }

    private mutating func doubt(_ append: JournalAppend) -> Conclusion {
        phase = .unsure(append)
        return .readPosition
    }

    private mutating func conclude(_ append: JournalAppend) -> Conclusion {
        if !append.events.isEmpty { head = append.lastSequence }
        shownLimit = append.shownLimit
        phase = .idle
        return .committed(append)
    }
}
