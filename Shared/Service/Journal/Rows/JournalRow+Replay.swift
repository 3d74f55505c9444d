extension [JournalRow] {
    /// Gives the events of all rows, in order, to `apply`. Throws `CorruptJournal` when a row is missing, between those numbers.
    package func replay(after first: Int = 0, upTo head: Int, _ apply: (NumberedEvent) throws -> Void) throws {
        var last = first
        for row in self {
            guard row.firstSequence == last + 1 else { throw CorruptJournal("a gap after \(last)") }
            for event in try row.numberedEvents() { try apply(event) }
            last = row.lastSequence
        }
        guard last == head else { throw CorruptJournal("the head is \(head), the last row ends at \(last)") }
    }
}
