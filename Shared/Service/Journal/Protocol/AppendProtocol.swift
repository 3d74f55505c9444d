/// The holder's side of the append protocol for one journal: one append in flight, and certainty about each before anything follows from it.
package struct AppendProtocol: Sendable, Hashable {
    /// What is under way.
    package enum Phase: Sendable, Hashable {
        case idle
        /// Sent, not answered.
        case sent(JournalAppend)
        /// Refused, or its acknowledgement was lost: the position is being read.
        case unsure(JournalAppend)
        /// Someone else holds the journal.
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

    package init(_ claim: JournalClaim) { self.init(epoch: claim.epoch, head: claim.head, shownLimit: claim.shownLimit) }

    /// Whether an append may begin.
    package var isIdle: Bool { phase == .idle }

    /// Begins an append of events that stand for the numbers after the head, and reserves so many more.
    /// The first event stands for `surplus` numbers besides its own.
    package mutating func begin(
        _ events: [JournalEvent], surplus: Int = 0, reserve: Int = 0, privateData: [UInt8]? = nil
    ) -> JournalAppend {
        let last = head + surplus + events.count
        let append = JournalAppend(
            epoch: epoch, firstSequence: head + 1, lastSequence: last, events: events,
            shownLimit: events.isEmpty ? shownLimit + reserve : last + reserve, privateData: privateData)
        phase = .sent(append)
        return append
    }

    /// Takes what is known now, and says what follows; nil: nothing.
    package mutating func handle(_ answer: AppendAnswer) -> AppendConclusion? {
        switch (answer, phase) {
        case (.fenced, _): return fence()
        case (.written, .sent(let append)): return conclude(append)
        case (.notWritten, .sent(let append)), (.acknowledgementLost, .sent(let append)):
            phase = .unsure(append)
            return .readPosition(append)
        case (.notSent, .sent(let append)): return .send(append)
        case (.refused, .sent):
            phase = .idle
            return .refused
        case (.position(let position), .unsure(let append)): return settle(append, position)
        default: return nil
        }
    }

    private mutating func settle(_ append: JournalAppend, _ position: JournalPosition) -> AppendConclusion {
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

    private mutating func fence() -> AppendConclusion {
        phase = .fenced
        return .fenced
    }

    private mutating func conclude(_ append: JournalAppend) -> AppendConclusion {
        if !append.events.isEmpty { head = append.lastSequence }
        shownLimit = append.shownLimit
        phase = .idle
        return .committed(append)
    }
}
