import EventLoop
import Glibc
import Journal
import Support
import Telemetry
import Testing
import WireProtocol

/// Writes one event again and again, until the journal takes it or is lost.
private final class Writer: JournalDriver {
    let held: HeldJournal
    private var journal: AppendProtocol
    private let store: FaultyJournal
    private let log: Logger
    private(set) var answers: [AppendAnswer] = []

    init(_ held: HeldJournal, _ store: FaultyJournal, _ log: Logger) {
        self.held = held
        self.store = store
        self.log = log
        journal = AppendProtocol(held.claim)
        held.answer = { [weak self] in self?.take($0) }
    }

    func start() {
        held.write(journal.begin([.said("1")]), log: log) { [store, held] append throws(JournalError) in
            try await store.append(append, to: held.claim.id)
        }
    }

    private func take(_ answer: AppendAnswer) {
        answers.append(answer)
        switch journal.handle(answer) {
        case .refused: start()
        case .fenced: held.release()
        default: break
        }
    }

    func cancel() {}
    func drop() { held.release() }

    /// Whether it has nothing to do once its event is written.
    var rests = false
    var isIdle: Bool { rests && answers == [.written] }
    func rest() async throws(JournalError) -> Bool {
        try await store.rest(held.claim.id, epoch: journal.epoch, head: journal.head)
    }
}

/// A worker on a simulated loop.
private final class Workshop {
    let loop: EventLoop
    let store: FaultyJournal
    let worker: JournalWorker
    private(set) var writers: [Writer] = []
    /// How often a journal was read to be taken.
    private(set) var readings = 0
    /// What is thrown in place of reading it.
    var readingFailure: (any Error)?
    private let wake = LocalWake()
    /// Where the log can be read. Its pipe stays open: what is still on the loop at the test's end may log later.
    private let reader: Int32
    private let output: LogOutput

    private struct NoPipe: Error {}

    /// - Parameter makesDrivers: Whether what is taken is also begun, or stays on its way.
    init(_ loop: EventLoop, _ store: FaultyJournal? = nil, capacity: Int = 100, makesDrivers: Bool = true, rests: Bool = false) throws {
        let store = store ?? FaultyJournal(clock: loop)
        self.loop = loop
        self.store = store
        var descriptors: [Int32] = [0, 0]
        guard pipe(&descriptors) == 0, fcntl(descriptors[0], F_SETFL, O_NONBLOCK) == 0 else { throw NoPipe() }
        reader = descriptors[0]
        output = LogOutput(on: loop, descriptor: descriptors[1])
        let log = Logger(service: "test", level: .warning, output: output)
        var made: (HeldJournal) async throws -> any JournalDriver = { _ in throw CancellationError() }
        worker = JournalWorker(
            .loan, in: store, wake: wake, tail: PollingTail(on: loop), on: loop, log: log, metrics: MetricsRegistry(), works: true,
            capacity: capacity
        ) { try await made($0) }
        made = { [unowned self] held in
            if !makesDrivers { try await loop.sleep(for: .seconds(3600)) }
            self.readings += 1
            if let failure = self.readingFailure { throw failure }
            let writer = Writer(held, store, log)
            writer.rests = rests
            self.writers.append(writer)
            return writer
        }
    }

    func start() -> LoopTask<Void> { loop.spawn { [worker] in try await worker.run() } }

    /// The journals that somebody holds.
    var held: Int { store.memory.ledger.entries.values.count { $0.live?.holder != nil } }

    /// Tells the worker.
    func send(_ note: WakeNote) { wake.send(note) }

    /// What was logged since it was asked for.
    var log: String {
        output.flush()
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(reader, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

@Suite("Workers on journals", .timeLimit(.minutes(15)))
struct JournalWorkerTests {
    @Test("a call that is cancelled while the journal's position cannot be read is over, and the loop goes on")
    func cancelled() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop)
            workshop.store.begin(loop)
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(4))
            let held = try #require(workshop.writers.first).held
            // The lease lapses, so that the position is to be read before anything is done.
            workshop.store.beatFailure = .unavailable("down")
            try await loop.sleep(for: .seconds(4))
            workshop.store.beatFailure = nil
            try await loop.sleep(for: .seconds(1))
            workshop.store.onPosition = { () throws(JournalError) in throw .unavailable(Task.isCancelled ? "cancelled" : "down") }
            let acting = loop.spawn { try await held.mayAct(head: 1) }
            try await loop.sleep(for: .seconds(1))
            #expect(!acting.isDone)
            acting.cancel()
            await #expect(throws: CancellationError.self) { try await acting.value }
            // It was asked for again and again.
            #expect(workshop.log.ranges(of: "a journal waits for the database").count == 1)
        }
    }

    @Test("no more journals are claimed than there is room for, those on their way included, and none is accepted beyond")
    func room() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop, capacity: 3, makesDrivers: false)
            for _ in 0..<5 { workshop.store.begin(loop) }
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(10))
            #expect(workshop.store.wanted.contains(3) && workshop.store.wanted.allSatisfy { $0 <= 3 })
            #expect(workshop.store.memory.ledger.entries.values.count { $0.live?.holder != nil } == 3)
            #expect(workshop.worker.beginArrival(of: JournalID(loop.makeID())) == nil)
        }
    }

    @Test("a claim that fails is logged")
    func failedClaims() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop)
            workshop.store.claimFailure = .unavailable("the disk is on fire")
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(4))
            let log = workshop.log
            #expect(log.contains("no journals could be claimed") && log.contains("the disk is on fire"))
        }
    }

    @Test("a journal of which not even the end is taken is left alone, until another worker takes it")
    func setAside() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop)
            workshop.store.begin(loop)
            workshop.store.appendFailure = .refused("a zero byte")
            let working = workshop.start()
            try await loop.sleep(for: .seconds(60))
            #expect(workshop.writers.map(\.answers) == [[.refused, .fenced]])
            #expect(workshop.log.contains("a journal is left alone"))
            working.cancel()
            _ = try? await working.value

            let other = try Workshop(loop, workshop.store)
            workshop.store.appendFailure = nil
            let takingOver = other.start()
            defer { takingOver.cancel() }
            try await loop.sleep(for: .seconds(4))
            #expect(other.writers.map(\.answers) == [[.written]])
        }
    }

    @Test("a journal that cannot be read is read once; when only the database is away, until it is back", arguments: [true, false])
    func unreadable(isLasting: Bool) throws {
        try withSimulatedLoop { loop in
            let failures: [any Error] =
                isLasting ? [CorruptJournal("a gap"), JournalError.refused("no row")] : [JournalError.unavailable("down")]
            for failure in failures {
                let workshop = try Workshop(loop)
                workshop.readingFailure = failure
                workshop.store.begin(loop)
                let working = workshop.start()
                defer { working.cancel() }
                try await loop.sleep(for: .seconds(60))
                #expect(isLasting ? workshop.readings == 1 : workshop.readings > 20)
                #expect(workshop.log.contains("a journal is left alone") == isLasting)
                workshop.readingFailure = nil
                try await loop.sleep(for: .seconds(4))
                #expect(workshop.writers.count == (isLasting ? 0 : 1))
            }
        }
    }

    @Test("a journal with nothing to do is given up after a while, and held again once it is woken")
    func rests() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop, capacity: 1, rests: true)
            workshop.store.begin(loop)
            workshop.store.begin(loop)
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(8))
            #expect(workshop.writers.count == 1 && workshop.held == 1, "it is held for ten seconds, and there is room for no other")
            try await loop.sleep(for: .seconds(40))
            #expect(workshop.writers.count == 2 && workshop.held == 0, "the other had its place, and then it rests too")
            #expect(workshop.store.rests == 2)

            let first = try #require(workshop.writers.first)
            workshop.store.memory.wake(first.held.claim.id)
            workshop.send(.input(first.held.claim.id))
            try await loop.sleep(for: .milliseconds(1))
            #expect(workshop.writers.last?.held.claim.epoch == first.held.claim.epoch + 2, "a note is enough")
            #expect(workshop.writers.last?.answers == [.written])
        }
    }

    @Test("a journal that may have been given up is taken again when it was not")
    func uncertainRest() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop, rests: true)
            workshop.store.begin(loop)
            workshop.store.restFailure = .outcomeUnknown
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(20))
            #expect(workshop.writers.count == 2 && workshop.held == 1)
            workshop.store.restFailure = .unavailable("down")
            try await loop.sleep(for: .seconds(20))
            #expect(workshop.writers.count == 2 && workshop.held == 1)
            #expect(workshop.log.contains("an idle journal could not be given up"))
            workshop.store.restFailure = nil
            try await loop.sleep(for: .seconds(4))
            #expect(workshop.held == 0)
        }
    }

    @Test("a journal with work to do is not given up")
    func working() throws {
        try withSimulatedLoop { loop in
            let workshop = try Workshop(loop)
            workshop.store.begin(loop)
            let working = workshop.start()
            defer { working.cancel() }
            try await loop.sleep(for: .seconds(120))
            #expect(workshop.writers.count == 1 && workshop.held == 1 && workshop.store.rests == 0)
        }
    }
}
