extension [JournalRow] {
    /// Gives the events of all rows, in order, to `apply`. Throws `CorruptJournal` when a row is missing, before the last event or up to `head`.
    package func replay(upTo head: Int, _ apply: (NumberedEvent) throws -> Void) throws {
        var last = 0
        for row in self {
            guard row.firstSequence == last + 1 else { throw CorruptJournal("a gap after \(last)") }
            for event in try row.numberedEvents() { try apply(event) }
            last = row.lastSequence
        }
        guard last == head else { throw CorruptJournal("the head is \(head), the last row ends at \(last)") }
    }
}
