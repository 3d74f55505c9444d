import EventLoop
import Journal
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Following a journal that another loop holds", .timeLimit(.minutes(15)))
struct FollowingElsewhereTests {
    /// Notes what is written to it, and gives what it was made to.
    private final class RecordingTail: JournalTail {
        private let loop: EventLoop
        private(set) var written: [Int] = []
        var given: [[NumberedEvent]] = []

        init(_ loop: EventLoop) { self.loop = loop }

        func publish(_ events: some Collection<NumberedEvent>, of journal: JournalID) { written += events.map(\.sequence) }

        func events(of journal: JournalID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
            if !given.isEmpty { return given.removeFirst() }
            try await loop.sleep(for: duration)
            return []
        }
    }

    /// Holds a journal and does nothing.
    private final class Idler: JournalDriver {
        let held: HeldJournal
        init(_ held: HeldJournal) { self.held = held }
        func start() {}
        func cancel() {}
        func drop() { held.release() }
    }

    private static func shown(_ sequences: ClosedRange<Int>) -> [NumberedEvent] {
        sequences.map { NumberedEvent(sequence: $0, type: "said", data: Array(#"{"type":"said"}"#.utf8)) }
    }

    @Test(
        "what is shown is written to the tail only while somebody follows, at first all that the holder has, for readers who have seen less"
    )
    func onlyWhileFollowed() throws {
        try withSimulatedLoop { loop in
            let (store, wake, tail) = (MemoryJournal(clock: loop), LocalWake(), RecordingTail(loop))
            let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
            let (journal, organization) = (JournalID(loop.makeID()), OrganizationID(loop.makeID()))
            store.begin(journal, in: organization, with: .said("0"), holder: nil)
            var taken: HeldJournal?
            func makeWorker(works: Bool) -> JournalWorker {
                JournalWorker(
                    .loan, in: store, wake: wake, tail: tail, on: loop, log: log, metrics: MetricsRegistry(), works: works
                ) { held in
                    taken = held
                    return Idler(held)
                }
            }
            let working = loop.spawn { [worker = makeWorker(works: true)] in try await worker.run() }
            defer { working.cancel() }
            let viewer = JournalViewer(makeWorker(works: false))
            try await loop.sleep(for: .seconds(4))
            let held = try #require(taken)

            held.show(Self.shown(2...4))
            #expect(tail.written == [])
            var follower = viewer.follow(journal, in: organization, after: 3)
            _ = try await follower.next(atMost: .seconds(1))
            #expect(tail.written == [2, 3, 4])
            held.show(Self.shown(5...5))
            #expect(tail.written == [2, 3, 4, 5])
            // As long as it follows, it says so again.
            _ = try await follower.next(atMost: .seconds(30))
            held.show(Self.shown(6...6))
            #expect(tail.written == [2, 3, 4, 5, 6])
            try await loop.sleep(for: .seconds(12))
            held.show(Self.shown(7...8))
            #expect(tail.written == [2, 3, 4, 5, 6])
            follower = viewer.follow(journal, in: organization, after: 6)
            _ = try await follower.next(atMost: .seconds(1))
            #expect(tail.written == Array(2...6) + Array(2...8))
        }
    }

    /// A follower of a journal with a first row that is committed, and what it reads from.
    private static func follow(
        _ loop: EventLoop, committed events: [JournalEvent] = []
    ) async throws -> (follower: JournalFollower, store: FaultyJournal, tail: RecordingTail) {
        let (store, tail) = (FaultyJournal(clock: loop), RecordingTail(loop))
        let claim = JournalClaim(id: JournalID(loop.makeID()), organizationID: OrganizationID(loop.makeID()))
        store.memory.begin(claim.id, in: claim.organizationID, with: .said("0"), holder: nil)
        if !events.isEmpty {
            var journal = AppendProtocol(claim)
            #expect(try await store.append(journal.begin(events), to: claim.id))
        }
        let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
        let worker = JournalWorker(
            .loan, in: store, wake: LocalWake(), tail: tail, on: loop, log: log, metrics: MetricsRegistry(), works: false
        ) { Idler($0) }
        return (JournalViewer(worker).follow(claim.id, in: claim.organizationID), store, tail)
    }

    @Test("who gets events from the tail asks the store only when the tail has nothing more")
    func aheadOfStore() throws {
        try withSimulatedLoop { loop in
            var (follower, store, tail) = try await Self.follow(loop)
            #expect(try await follower.next(atMost: .seconds(1)).map(\.sequence) == [1])
            tail.given = (2...6).map { Self.shown($0...$0) }
            for sequence in 2...6 { #expect(try await follower.next(atMost: .seconds(1)).map(\.sequence) == [sequence]) }
            #expect(store.readings == 2)
            #expect(try await follower.next(atMost: .seconds(1)) == [])
            #expect(store.readings > 2)
        }
    }

    @Test("of a row with many events only those are made into what is listed that fit")
    func listing() throws {
        try withSimulatedLoop { loop in
            var (follower, _, _) = try await Self.follow(loop, committed: (1...100).map { .said("\($0)") })
            var made: [Int] = []
            let (items, hasMore) = try await follower.list(atMost: 3) { event in
                made.append(event.sequence)
                return event.sequence
            }
            #expect(items == [1, 2, 3] && hasMore)
            #expect(made == [1, 2, 3])
        }
    }

    @Test("a list of large events is shorter than was asked for, and says that there are more")
    func largeEvents() throws {
        try withSimulatedLoop { loop in
            let text = "\"" + String(repeating: "x", count: 1 << 20) + "\""
            var (follower, _, _) = try await Self.follow(loop, committed: Array(repeating: .said(text), count: 10))
            let (items, hasMore) = try await follower.list(atMost: 1000, \.sequence)
            #expect(items == [1, 2, 3, 4, 5] && hasMore)
        }
    }
}
