internal import EventLoop
internal import Journal
internal import Telemetry
internal import WireProtocol

/// Carries out one simulation: does what its machine says, and tells the machine what came of it.
final class SimulationDriver: JournalDriver, InputListener {
    private let held: HeldJournal
    private var record: SimulationRecord
    private var machine: CrewMachine
    private let world: SimulationWorld
    private let log: Logger
    private var call: Task<Void, Never>?
    /// False: the owner has left something, and may have logged in anew since the record was read.
    private var isSessionKnown = true
    /// People have left more than was read.
    private var hasMoreInputs = false
    private var isOver = false

    init(_ held: HeldJournal, _ record: SimulationRecord, _ machine: CrewMachine, world: SimulationWorld) {
        self.held = held
        self.record = record
        self.machine = machine
        self.world = world
        log = world.log.with(
            requestID: record.requestID, traceID: TraceContext(traceparent: record.traceParent)?.traceID.description)
        held.answer = { [weak self] in self?.tell(.journal($0)) }
    }

    func start() {
        if held.claim.claims > Self.mostClaims, machine.state.status != .awaitingApproval {
            // It may be what ends the processes that carry it out. What waits for a person for days is held all the time, and lost with each upgrade.
            return tell(.giveUp(Problem(.internalError, detail: "The simulation was interrupted too often.")))
        }
        tell(held.claim.isCancelRequested ? .cancel : .begin)
        // What is only just begun has heard nobody yet.
        if held.claim.claims > 0 { inputMayWait() }
    }

    private static let mostClaims = 20

    func cancel() { tell(.cancel) }

    func drop() { tell(.journal(.fenced)) }

    // MARK: Resting

    var isIdle: Bool { !isOver && machine.isIdle }

    func rest() async throws(JournalError) -> Bool {
        try await world.rest(record, epoch: machine.journal.epoch, head: machine.journal.head, heard: machine.lastHeard)
    }

    // MARK: People

    var lastHeard: Int { machine.lastHeard }

    func inputMayWait() {
        hasMoreInputs = true
        readInputs()
    }

    func hear(_ inputs: [PersonInput], isAll: Bool) {
        if !isAll { hasMoreInputs = true }
        if inputs.contains(where: { $0.userID == record.person.userID }) { isSessionKnown = false }
        tell(.people(inputs))
    }

    /// Has what people left read, as soon as there is room for it.
    private func readInputs() {
        guard hasMoreInputs, !isOver, !machine.isFull else { return }
        hasMoreInputs = false
        world.inputs.read(for: record.id, to: self)
    }

    // MARK: The machine

    private func tell(_ input: CrewInput) {
        guard !isOver else { return }
        for action in machine.handle(input, at: Timestamp(microseconds: world.loop.wallClock)) { perform(action) }
        readInputs()
    }

    private func perform(_ action: CrewAction) {
        switch action {
        case .send(let append, let change):
            held.write(append, log: log) { [world, record] append throws(JournalError) in
                try await world.append(append, with: change, to: record)
            }
        case .readPosition(let append): held.readPosition(after: append)
        case .show(let events): held.show(events)
        case .speak(let turn, let prompt, let conversation):
            call = world.loop.spawnUnobserved { [weak self] in await self?.speak(turn, prompt, in: conversation) }
        case .stop: stop()
        case .wait(let duration): world.loop.schedule(after: duration) { [weak self] in self?.tell(.waited) }
        case .count(let lost):
            world.loop.spawnUnobserved { [weak self, world, record] in
                let record = (try? await world.latest(record)) ?? record
                self?.tell(.counted(await world.members.usage(of: lost, in: record)))
            }
        case .finish:
            world.ended.labelled(machine.state.status.rawValue).increment()
            end()
        case .abandon: end()
        }
    }

    private func end() {
        isOver = true
        call?.cancel()
        held.release()
    }

    private func speak(_ turn: OpenTurn, _ prompt: String, in conversation: ConversationID?) async {
        do throws(TurnFailure) {
            guard (try? await held.mayAct(head: machine.journal.head)) == true else { return }
            if !isSessionKnown {
                record = try await world.latest(record)
                isSessionKnown = true
            }
            let spoken = try await world.members.speak(turn, prompt: prompt, of: record, in: conversation) {
                tell(.approval(turn: turn.number, $0))
            }
            world.turns.increment()
            tell(.spoke(turn: turn.number, spoken))
        } catch {
            if Task.isCancelled { return }
            log.warning("a turn failed", ["simulation": .string(record.id.description), "reason": .string(error.reason)])
            tell(.fellSilent(turn: turn.number, error))
        }
    }

    /// Whatever the member is at, nobody wants it any more.
    private func stop() {
        call?.cancel()
        guard let turn = machine.state.turn else { return }
        let place = machine.state.conversations[turn.member.name]
        world.loop.spawnUnobserved { [world, record] in await world.members.stop(turn, of: record, in: place) }
    }
}

extension TurnFailure {
    /// For the log.
    fileprivate var reason: String {
        switch self {
        case .passing(let problem), .failed(let problem, _), .hopeless(let problem, _): problem.code.rawValue
        }
    }
}
