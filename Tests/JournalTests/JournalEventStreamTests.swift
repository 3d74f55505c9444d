import EventLoop
import Journal
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Streams of journals", .timeLimit(.minutes(15)))
struct JournalEventStreamTests {
    private struct NeverMade: Error {}

    /// Begins a journal that is written elsewhere, and follows it here.
    private func follow(_ store: MemoryJournal, _ loop: EventLoop) -> (claim: JournalClaim, follower: JournalFollower) {
        let claim = JournalClaim(id: JournalID(loop.makeID()), organizationID: OrganizationID(loop.makeID()))
        store.begin(claim.id, in: claim.organizationID, with: .said("0"), holder: nil)
        let worker = JournalWorker(
            .loan, in: store, wake: LocalWake(), tail: PollingTail(on: loop), on: loop,
            log: Logger(service: "test", level: .error, output: LogOutput(on: loop)), metrics: MetricsRegistry(), works: false
        ) { _ in throw NeverMade() }
        return (claim, JournalViewer(worker).follow(claim.id, in: claim.organizationID))
    }

    @Test("a stream in which nothing happens says so every fifteen seconds, and ends with the journal")
    func silence() throws {
        let simulation = Simulation(seed: 1)
        let loop = simulation.makeLoop()
        let store = MemoryJournal(clock: loop)
        let (claim, follower) = follow(store, loop)
        var pieces: [String] = []
        let streaming = simulation.start(on: loop) {
            var stream = JournalEventStream(follower)
            try await stream.write { pieces.append(String(decoding: $0, as: UTF8.self)) }
        }
        let opening = ["retry: 1000\n\n", "id: 1\nevent: said\ndata: {\"type\":\"said\",\"text\":0}\n\n"]
        simulation.run(for: .seconds(14)) { false }
        #expect(pieces == opening)
        simulation.run(for: .seconds(17)) { false }
        #expect(pieces == opening + [": \n\n", ": \n\n"])
        simulation.start(on: loop) {
            var journal = AppendProtocol(claim)
            let isWritten = try await store.append(journal.begin([.ended]), to: claim.id)
            #expect(isWritten)
        }
        #expect(simulation.run(for: .seconds(1)) { streaming.isDone })
        #expect(pieces.last == "id: 2\nevent: ended\ndata: {\"type\":\"ended\"}\n\n")
    }
    @Test("a stream ends when its journal was deleted")
    func deleted() throws {
        let simulation = Simulation(seed: 1)
        let loop = simulation.makeLoop()
        let store = MemoryJournal(clock: loop)
        let (claim, follower) = follow(store, loop)
        let streaming = simulation.start(on: loop) {
            var stream = JournalEventStream(follower)
            try await stream.write { _ in }
        }
        simulation.run(for: .seconds(40)) { false }
        #expect(!streaming.isDone)
        store.delete(claim.id)
        #expect(simulation.run(for: .seconds(16)) { streaming.isDone })
    }
}
