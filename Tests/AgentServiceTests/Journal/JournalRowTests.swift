import AgentService
import Testing
import WireProtocol

@Suite("Journal rows")
struct JournalRowTests {
    private let events = [
        JournalEvent(.messageDelta(MessageDelta(text: "a \"]}\\\" {[,"))), JournalEvent(.messageDelta(MessageDelta(text: "ü\n"))),
        JournalEvent(.runCompleted),
    ]

    @Test("what is read from a row is what was written, byte for byte")
    func roundTrip() throws {
        let append = JournalAppend(epoch: 1, firstSequence: 5, lastSequence: 7, events: events, shownLimit: 7)
        #expect(try append.row.numberedEvents() == append.numberedEvents)
        #expect(append.numberedEvents.map(\.sequence) == [5, 6, 7])
        #expect(append.numberedEvents.map(\.type) == ["message.delta", "message.delta", "run.completed"])
        for (event, numbered) in zip(events, try append.row.numberedEvents()) { #expect(try JournalEvent(stored: numbered.data) == event) }
    }

    @Test("the first event of a row stands for the surplus of numbers")
    func surplus() throws {
        let row = JournalRow(firstSequence: 3, lastSequence: 12, epoch: 1, payload: JournalRow.payload(of: events))
        #expect(try row.numberedEvents().map(\.sequence) == [10, 11, 12])
    }

    @Test("a payload that no writer could have written is refused", arguments: ["[]", "[{}", "{}", "[{},{},{}]", #"[{"a":"b]"#])
    func corrupt(payload: String) {
        let row = JournalRow(firstSequence: 1, lastSequence: 2, epoch: 1, payload: Array(payload.utf8))
        #expect(throws: CorruptJournal.self) { try row.numberedEvents() }
    }
}

@Suite("The append protocol")
struct AppendProtocolTests {
    private var idle: AppendProtocol { AppendProtocol(epoch: 2, head: 4, shownLimit: 4) }
    private let event = JournalEvent(.messageDelta(MessageDelta(text: "x")))

    @Test("an append that was written moves the head")
    func written() {
        var journal = idle
        let append = journal.begin([event], reserve: 10)
        #expect(journal.answered(written: true) == .committed(append))
        #expect((journal.head, journal.shownLimit) == (5, 15))
        #expect(journal.isIdle)
    }

    @Test("a lost acknowledgement is settled by the position", arguments: [true, false])
    func lost(wasWritten: Bool) {
        var journal = idle
        let append = journal.begin([event])
        #expect(journal.acknowledgementLost() == .readPosition)
        let position = JournalPosition.live(epoch: 2, head: wasWritten ? 5 : 4, shownLimit: wasWritten ? 5 : 4)
        #expect(journal.positionRead(position) == (wasWritten ? .committed(append) : .send(append)))
    }

    @Test("another epoch ends everything, silently")
    func fenced() {
        var journal = idle
        _ = journal.begin([event])
        #expect(journal.answered(written: false) == .readPosition)
        #expect(journal.positionRead(.live(epoch: 3, head: 5, shownLimit: 5)) == .fenced)
        #expect(!journal.isIdle)
    }

    @Test("without a live row a final append was written exactly if the row has its epoch", arguments: [2, 3, nil] as [Int?])
    func ended(rowEpoch: Int?) {
        var journal = idle
        let append = journal.begin([JournalEvent(.runCompleted)])
        _ = journal.acknowledgementLost()
        #expect(journal.positionRead(.ended(rowEpoch: rowEpoch)) == (rowEpoch == 2 ? .committed(append) : .fenced))
    }

    @Test("an extension moves the limit alone")
    func extended() {
        var journal = idle
        let append = journal.begin([], reserve: 8)
        #expect((append.firstSequence, append.lastSequence, append.shownLimit) == (5, 4, 12))
        #expect(journal.answered(written: true) == .committed(append))
        #expect((journal.head, journal.shownLimit) == (4, 12))
    }
}
