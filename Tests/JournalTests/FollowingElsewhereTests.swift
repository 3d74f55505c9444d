import EventLoop
import Journal
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Following a journal that another loop holds", .timeLimit(.minutes(15)))
struct FollowingElsewhereTests {
    /// Notes what is written to it, and gives nothing.
    private final class RecordingTail: JournalTail {
        private let loop: EventLoop
        private(set) var written: [Int] = []

        init(_ loop: EventLoop) { self.loop = loop }

        func publish(_ events: some Collection<NumberedEvent>, of journal: JournalID) { written += events.map(\.sequence) }

        func events(of journal: JournalID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
            try await loop.sleep(for: duration)
            return []
        }
    }

    /// Holds a journal and does nothing.
    private final class Idler: JournalDriver {
        let holder: JournalHolder
        init(_ holder: JournalHolder) { self.holder = holder }
        func start() {}
        func cancel() {}
        func drop() { holder.release() }
    }

    private static func shown(_ sequences: ClosedRange<Int>) -> [NumberedEvent] {
        sequences.map { NumberedEvent(sequence: $0, type: "said", data: Array(#"{"type":"said"}"#.utf8)) }
    }

    @Test("what is shown is written to the tail only while somebody follows, from the event after the last that was seen")
    func onlyWhileFollowed() throws {
        try withSimulatedLoop { loop in
            let (store, wake, tail) = (MemoryJournal(clock: loop), LocalWake(), RecordingTail(loop))
            let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
            let (journal, organization) = (JournalID(loop.makeID()), OrganizationID(loop.makeID()))
            store.begin(journal, in: organization, with: .said("0"), holder: nil)
            var taken: JournalHolder?
            func makeWorker(works: Bool) -> JournalWorker {
                JournalWorker(
                    .loan, in: store, wake: wake, tail: tail, on: loop, log: log, metrics: MetricsRegistry(), works: works
                ) { holder in
                    taken = holder
                    return Idler(holder)
                }
            }
            let working = loop.spawn { [worker = makeWorker(works: true)] in try await worker.run() }
            defer { working.cancel() }
            let viewer = JournalViewer(makeWorker(works: false))
            try await loop.sleep(for: .seconds(4))
            let holder = try #require(taken)

            holder.show(Self.shown(2...4))
            #expect(tail.written == [])
            var follower = viewer.follow(journal, in: organization, after: 3)
            _ = try await follower.next(atMost: .seconds(1))
            #expect(tail.written == [4])
            holder.show(Self.shown(5...5))
            #expect(tail.written == [4, 5])
            // As long as it follows, it says so again.
            _ = try await follower.next(atMost: .seconds(30))
            holder.show(Self.shown(6...6))
            #expect(tail.written == [4, 5, 6])
            try await loop.sleep(for: .seconds(12))
            holder.show(Self.shown(7...8))
            #expect(tail.written == [4, 5, 6])
            follower = viewer.follow(journal, in: organization, after: 6)
            _ = try await follower.next(atMost: .seconds(1))
            #expect(tail.written == [4, 5, 6, 7, 8])
        }
    }
}
