import Journal
import Testing

extension JournalEvent {
    /// An event that says something.
    static func said(_ json: String) -> JournalEvent {
        JournalEvent(type: "said", data: Array(#"{"type":"said","text":\#(json)}"#.utf8))
    }

    /// The last event.
    static var ended: JournalEvent { JournalEvent(type: "ended", data: Array(#"{"type":"ended"}"#.utf8), isFinal: true) }
}

@Suite("Journal rows")
struct JournalRowTests {
    private let events: [JournalEvent] = [.said(#""a \"]}\\\" {[,""#), .said(#""ü\n""#), .ended]

    @Test("what is read from a row is what was written, byte for byte")
    func roundTrip() throws {
        let append = JournalAppend(epoch: 1, firstSequence: 5, lastSequence: 7, events: events, shownLimit: 7)
        #expect(append.numberedEvents.map(\.sequence) == [5, 6, 7])
        #expect(append.numberedEvents.map(\.type) == ["said", "said", "ended"])
        #expect(append.numberedEvents.map(\.data) == events.map(\.data))
        #expect(try append.row.numberedEvents() == append.numberedEvents)
    }

    @Test("the first event of a row stands for the surplus of numbers")
    func surplus() throws {
        let row = JournalRow(firstSequence: 3, lastSequence: 12, epoch: 1, payload: JournalRow.payload(of: events))
        #expect(try row.numberedEvents().map(\.sequence) == [10, 11, 12])
    }

    @Test("rows are replayed in order up to the head, and what is missing is refused")
    func replay() throws {
        func row(_ first: Int, _ last: Int) -> JournalRow {
            JournalRow(firstSequence: first, lastSequence: last, epoch: 1, payload: JournalRow.payload(of: events))
        }
        var numbers: [Int] = []
        try [row(1, 3), row(4, 9)].replay(upTo: 9) { numbers.append($0.sequence) }
        #expect(numbers == [1, 2, 3, 7, 8, 9])
        #expect(throws: CorruptJournal.self) { try [row(1, 3), row(5, 7)].replay(upTo: 7) { _ in } }
        #expect(throws: CorruptJournal.self) { try [row(2, 4)].replay(upTo: 4) { _ in } }
        #expect(throws: CorruptJournal.self) { try [row(1, 3)].replay(upTo: 4) { _ in } }
        #expect(throws: CorruptJournal.self) { try [].replay(upTo: 1) { _ in } }
    }

    @Test("a payload that no writer could have written is refused", arguments: ["[]", "[{}", "{}", "[{},{},{}]", #"[{"a":"b]"#])
    func corrupt(payload: String) {
        let row = JournalRow(firstSequence: 1, lastSequence: 2, epoch: 1, payload: Array(payload.utf8))
        #expect(throws: CorruptJournal.self) { try row.numberedEvents() }
    }
}
