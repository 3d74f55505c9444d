import Journal
import Testing

@Suite("The append protocol")
struct AppendProtocolTests {
    private var idle: AppendProtocol { AppendProtocol(epoch: 2, head: 4, shownLimit: 4) }
    private let event = JournalEvent.said("1")

    @Test("after an append that the database will not take, another may be begun in its place")
    func refused() {
        var journal = AppendProtocol(epoch: 2, head: 5, shownLimit: 9)
        let append = journal.begin([.said("1")])
        #expect(journal.handle(.refused) == .refused)
        #expect(journal.isIdle && journal.head == 5 && journal.shownLimit == 9)
        #expect(journal.begin([.ended]).firstSequence == append.firstSequence)
        #expect(journal.handle(.written) != nil)
        #expect(journal.handle(.refused) == nil)
    }

    @Test("an append that was written moves the head")
    func written() {
        var journal = idle
        let append = journal.begin([event], reserve: 10)
        #expect(journal.handle(.written) == .committed(append))
        #expect((journal.head, journal.shownLimit) == (5, 15))
        #expect(journal.isIdle)
    }

    @Test("a lost acknowledgement is settled by the position", arguments: [true, false])
    func lost(wasWritten: Bool) {
        var journal = idle
        let append = journal.begin([event])
        #expect(journal.handle(.acknowledgementLost) == .readPosition(append))
        let position = JournalPosition.live(epoch: 2, head: wasWritten ? 5 : 4, shownLimit: wasWritten ? 5 : 4)
        #expect(journal.handle(.position(position)) == (wasWritten ? .committed(append) : .send(append)))
    }

    @Test("another epoch ends everything, silently")
    func fenced() {
        var journal = idle
        let append = journal.begin([event])
        #expect(journal.handle(.notWritten) == .readPosition(append))
        #expect(journal.handle(.position(.live(epoch: 3, head: 5, shownLimit: 5))) == .fenced)
        #expect(!journal.isIdle)
    }

    @Test("without a live row a final append was written exactly if the row has its epoch", arguments: [2, 3, nil] as [Int?])
    func ended(rowEpoch: Int?) {
        var journal = idle
        let append = journal.begin([.ended])
        _ = journal.handle(.acknowledgementLost)
        #expect(journal.handle(.position(.ended(rowEpoch: rowEpoch))) == (rowEpoch == 2 ? .committed(append) : .fenced))
    }

    @Test("an extension moves the limit alone")
    func extended() {
        var journal = idle
        let append = journal.begin([], reserve: 8)
        #expect((append.firstSequence, append.lastSequence, append.shownLimit) == (5, 4, 12))
        #expect(journal.handle(.written) == .committed(append))
        #expect((journal.head, journal.shownLimit) == (4, 12))
    }
}
