import EventLoop
import Journal
import PostgresClient
import Testing
import WireProtocol

/// What every store of journals does.
@Suite("Stores of journals", .timeLimit(.minutes(15)))
struct StoreConformanceTests {
    @Test("a journal that nobody holds is claimed once, under a new epoch", arguments: StoreKind.allCases)
    func claimed(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let begun = try await under.make()
            let (one, two) = (try await under.enlist(), try await under.enlist())
            var expected = begun
            (expected.epoch, expected.claims) = (2, 1)
            #expect(try await under.store.claim(atMost: 8, for: one) == [expected])
            #expect(try await under.store.claim(atMost: 8, for: two) == [])
            #expect(try await under.store.held(by: one) == [expected])
            #expect(try await under.store.held(by: two) == [])
        }
    }

    @Test("no more are claimed than wanted, the oldest first", arguments: StoreKind.allCases)
    func bounded(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            var ids: [JournalID] = []
            for _ in 0..<3 { ids.append(try await under.make().id) }
            let worker = try await under.enlist()
            #expect(try await Set(under.store.claim(atMost: 2, for: worker).map(\.id)) == Set(ids.sorted().prefix(2)))
            #expect(try await under.store.claim(atMost: 2, for: worker).map(\.id) == Array(ids.sorted().suffix(1)))
        }
    }

    @Test("what a worker holds is taken by another once its lease is over or given up", arguments: StoreKind.allCases, [true, false])
    func takenOver(_ kind: StoreKind, isRetired: Bool) async throws {
        try await withStore(kind) { under in
            let (one, two) = (try await under.enlist(), try await under.enlist())
            let begun = try await under.make(holder: one)
            #expect(try await under.store.held(by: one) == [begun])
            #expect(try await under.store.claim(atMost: 8, for: two) == [])
            if isRetired { try await under.store.retire(one) } else { try await under.lapse(one) }
            #expect(try await under.store.claim(atMost: 8, for: two).map(\.epoch) == [2])
            #expect(try await under.store.held(by: one) == [])
        }
    }

    @Test("a worker does not take from itself what it holds, even when its lease is over", arguments: StoreKind.allCases)
    func notFromItself(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let worker = try await under.enlist()
            let begun = try await under.make(holder: worker)
            try await under.lapse(worker)
            #expect(try await under.store.claim(atMost: 8, for: worker) == [])
            #expect(try await under.store.held(by: worker) == [begun])
        }
    }

    @Test("a beat prolongs a lease, also one that was over, but none that is gone", arguments: StoreKind.allCases)
    func beats(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let (one, two) = (try await under.enlist(), try await under.enlist())
            _ = try await under.make(holder: one)
            try await under.lapse(one)
            #expect(try await under.store.beat(one))
            #expect(try await under.store.claim(atMost: 8, for: two) == [])
            try await under.lapse(one)
            try await under.store.enlist(one)
            #expect(try await under.store.claim(atMost: 8, for: two) == [])
            try await under.store.retire(one)
            #expect(try await !under.store.beat(one))
        }
    }

    @Test("an append is written once, and only at the head and under the epoch", arguments: StoreKind.allCases)
    func appended(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let begun = try await under.make()
            func append(epoch: Int = 1, first: Int = 2) -> JournalAppend {
                JournalAppend(
                    epoch: epoch, firstSequence: first, lastSequence: first + 1, events: [.said("1"), .said("2")], shownLimit: first + 9)
            }
            for other in [append(epoch: 2), append(epoch: 0), append(first: 1), append(first: 3)] {
                #expect(try await !under.store.append(other, to: begun.id))
            }
            #expect(try await under.store.position(of: begun.id, first: 2) == .live(epoch: 1, head: 1, shownLimit: 1))
            #expect(try await under.store.append(append(), to: begun.id))
            #expect(try await !under.store.append(append(), to: begun.id))
            #expect(try await under.store.position(of: begun.id, first: 2) == .live(epoch: 1, head: 3, shownLimit: 11))
            let rows = try await under.store.rows(of: begun.id, in: begun.organizationID, after: 1, limit: 8)
            #expect(rows == [append().row])
            #expect(try await !under.store.append(append(first: 4), to: JournalID(under.loop.makeID())))
        }
    }

    @Test("a claim fences the former holder", arguments: StoreKind.allCases)
    func fenced(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let (one, two) = (try await under.enlist(), try await under.enlist())
            let begun = try await under.make(holder: one)
            try await under.lapse(one)
            let taken = try #require(try await under.store.claim(atMost: 1, for: two).first)
            var (former, holder) = (AppendProtocol(begun), AppendProtocol(taken))
            #expect(try await !under.store.append(former.begin([.said("7")]), to: begun.id))
            #expect(try await under.store.append(holder.begin([.said("1")]), to: begun.id))
            let rows = try await under.store.rows(of: begun.id, in: begun.organizationID, after: 0, limit: 8)
            #expect(rows.map(\.epoch) == [1, 2])
        }
    }

    @Test("an extension moves the limit alone", arguments: StoreKind.allCases)
    func extended(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let begun = try await under.make()
            var journal = AppendProtocol(begun)
            #expect(try await under.store.append(journal.begin([], reserve: 8), to: begun.id))
            #expect(try await under.store.position(of: begun.id, first: 2) == .live(epoch: 1, head: 1, shownLimit: 9))
            #expect(try await under.store.rows(of: begun.id, in: begun.organizationID, after: 1, limit: 8) == [])
        }
    }

    @Test("after its last event a journal is nobody's, and its row tells who wrote it", arguments: StoreKind.allCases)
    func ended(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let worker = try await under.enlist()
            let begun = try await under.make(holder: worker)
            var journal = AppendProtocol(begun)
            let append = journal.begin([.said("1"), .ended], surplus: 4)
            #expect(try await under.store.append(append, to: begun.id))
            #expect(try await under.store.position(of: begun.id, first: 2) == .ended(rowEpoch: 1))
            #expect(try await under.store.position(of: begun.id, first: 3) == .ended(rowEpoch: nil))
            #expect(try await !under.store.append(append, to: begun.id))
            #expect(try await under.store.held(by: worker) == [])
            #expect(try await !under.store.requestCancellation(of: begun.id, in: begun.organizationID))
            let events = try await under.store.rows(of: begun.id, in: begun.organizationID, after: 1, limit: 8).flatMap {
                try $0.numberedEvents()
            }
            #expect(events.map(\.sequence) == [6, 7])
            try await under.store.retire(worker)
            #expect(try await under.store.claim(atMost: 8, for: try await under.enlist()) == [])
            #expect(try await under.store.position(of: JournalID(under.loop.makeID()), first: 1) == .ended(rowEpoch: nil))
        }
    }

    @Test("rows come in order, by pages of so many numbers, with the one that a number lies in", arguments: StoreKind.allCases)
    func pages(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            var begun = try await under.make()
            var journal = AppendProtocol(begun)
            for number in 1...5 {
                let append = journal.begin([.said("\(number)"), .said("\(number)")])
                #expect(try await under.store.append(append, to: begun.id))
                _ = journal.handle(.written)
            }
            begun.head = journal.head
            #expect(try await under.store.rows(of: begun.id, in: begun.organizationID, after: 0, limit: 2).map(\.lastSequence) == [1, 3])
            #expect(try await under.store.rows(of: begun.id, in: begun.organizationID, after: 4, limit: 2).map(\.lastSequence) == [5, 7])
            #expect(try await under.store.rows(of: begun.id, in: begun.organizationID, after: 0, limit: 3).map(\.lastSequence) == [1, 3])
            #expect(try await under.store.rows(of: begun.id, in: begun.organizationID, after: 11, limit: 2) == [])
            #expect(try await under.store.rows(upTo: begun).map(\.firstSequence) == [1, 2, 4, 6, 8, 10])
        }
    }

    @Test("a long journal is read again to the head that was claimed, and no further", arguments: StoreKind.allCases)
    func replays(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            var begun = try await under.make()
            var journal = AppendProtocol(begun)
            for number in 1...100 {
                #expect(try await under.store.append(journal.begin((1...4).map { _ in .said("\(number)") }), to: begun.id))
                _ = journal.handle(.written)
                if number == 90 { begun.head = journal.head }
            }
            var numbers: [Int] = []
            try await under.store.replay(upTo: begun) { numbers.append($0.sequence) }
            #expect(numbers == Array(1...361))
            begun.head = 360
            await #expect(throws: CorruptJournal.self) { try await under.store.replay(upTo: begun) { _ in } }
        }
    }

    @Test("a journal at rest is nobody's until it is woken, and its former holder writes nothing more", arguments: StoreKind.allCases)
    func rests(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let (one, two) = (try await under.enlist(), try await under.enlist())
            let begun = try await under.make(holder: one)
            for (epoch, head) in [(0, 1), (2, 1), (1, 0), (1, 2)] {
                #expect(try await !under.store.rest(begun.id, epoch: epoch, head: head))
            }
            #expect(try await under.store.held(by: one) == [begun])
            #expect(try await under.store.rest(begun.id, epoch: 1, head: 1))
            #expect(try await !under.store.rest(begun.id, epoch: 1, head: 1))
            #expect(try await under.store.held(by: one) == [])
            #expect(try await under.store.claim(atMost: 8, for: two) == [])
            var former = AppendProtocol(begun)
            #expect(try await !under.store.append(former.begin([.said("1")]), to: begun.id))
            try await under.wake(begun.id)
            let claim = try #require(try await under.store.claim(atMost: 8, for: two).first)
            #expect(claim.epoch == 3 && claim.head == 1 && claim.claims == 1)
            var holder = AppendProtocol(claim)
            #expect(try await under.store.append(holder.begin([.said("1")]), to: begun.id))
        }
    }

    @Test("who wants a journal's end wakes it, and then it does not rest any more", arguments: StoreKind.allCases)
    func wokenByCancelling(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let worker = try await under.enlist()
            let begun = try await under.make(holder: worker)
            #expect(try await under.store.rest(begun.id, epoch: 1, head: 1))
            #expect(try await under.store.requestCancellation(of: begun.id, in: begun.organizationID))
            let claim = try #require(try await under.store.claim(atMost: 8, for: worker).first)
            #expect(claim.isCancelRequested)
            #expect(try await !under.store.rest(begun.id, epoch: claim.epoch, head: claim.head))
        }
    }

    @Test("what a newer program has written to, an older one does not claim")
    func versions() async throws {
        try await withStore(.postgresql) { under in
            let older = try #require(under.store as? PostgresJournal)
            let newer = PostgresJournal(older.database, JournalKind(schema: "library", name: "loan", version: 2, finalTypes: ["ended"]))
            for isAlone in [true, false] {
                let begun = try await under.make()
                var journal = AppendProtocol(begun)
                let append = journal.begin([.said("1")])
                let isWritten =
                    isAlone ? try await newer.append(append, to: begun.id, with: "") : try await newer.append(append, to: begun.id)
                #expect(isWritten)
            }
            let worker = try await under.enlist()
            #expect(try await older.claim(atMost: 8, for: worker) == [])
            #expect(try await newer.claim(atMost: 8, for: worker).count == 2)
        }
    }

    @Test("an organisation sees and cancels its own journals only", arguments: StoreKind.allCases)
    func organizations(_ kind: StoreKind) async throws {
        try await withStore(kind) { under in
            let worker = try await under.enlist()
            let (own, other) = (try await under.make(holder: worker), try await under.make())
            #expect(try await under.store.rows(of: own.id, in: other.organizationID, after: 0, limit: 8) == [])
            #expect(try await !under.store.requestCancellation(of: own.id, in: other.organizationID))
            #expect(try await under.store.held(by: worker).map(\.isCancelRequested) == [false])
            #expect(try await under.store.requestCancellation(of: own.id, in: own.organizationID))
            #expect(try await under.store.held(by: worker).map(\.isCancelRequested) == [true])
        }
    }
}
