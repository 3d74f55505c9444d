/// What a holder wants to be committed in one step: events, and how far numbers may be shown from then on.
package struct JournalAppend: Sendable, Hashable {
    package let epoch: Int
    /// The number after the head at which it follows.
    package let firstSequence: Int
    package let lastSequence: Int
    /// Empty when only the limit moves; then `lastSequence` is the head.
    package let events: [JournalEvent]
    /// Numbers up to this one may be shown once it is committed.
    package let shownLimit: Int
    /// What is kept with the events and never shown, as JSON; nil: nothing.
    package let privateData: [UInt8]?

    package init(
        epoch: Int, firstSequence: Int, lastSequence: Int, events: [JournalEvent], shownLimit: Int, privateData: [UInt8]? = nil
    ) {
        self.epoch = epoch
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.events = events
        self.shownLimit = shownLimit
        self.privateData = privateData
    }

    /// Whether the journal ends with it.
    package var isFinal: Bool { events.last?.isFinal ?? false }

    /// The row that it becomes.
    package var row: JournalRow {
        JournalRow(firstSequence: firstSequence, lastSequence: lastSequence, epoch: epoch, payload: JournalRow.payload(of: events))
    }

    /// The events with their numbers.
    package var numberedEvents: [NumberedEvent] {
        events.enumerated().map { index, event in
            NumberedEvent(sequence: lastSequence - events.count + 1 + index, type: event.type, data: event.data)
        }
    }
}
