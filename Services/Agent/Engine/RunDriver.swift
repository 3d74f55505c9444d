internal import EventLoop
internal import Journal
internal import Telemetry
internal import WireProtocol

/// Carries out one run: does what its machine says, and tells the machine what came of it.
final class RunDriver: JournalDriver {
    private let held: HeldJournal
    private var record: RunRecord
    /// What the person said.
    private let question: Message?
    private var machine: RunMachine
    private let world: EngineWorld
    private let log: Logger
    private var modelCall: Task<Void, Never>?
    private var toolCall: Task<Void, Never>?
    /// Wakes calls that wait until what they gave is taken.
    private let progress: Signal
    private var isOver = false
    /// When the run ended, once that is to be written: written again, it is the same.
    private var finishedAt: Timestamp?
    /// What the model is told of the agent's tools, once it was looked up.
    private var offers: [ToolOffer]?
    /// Called when the run has ended here.
    var ended: () -> Void = {}

    init(_ held: HeldJournal, _ record: RunRecord, _ question: Message?, _ machine: RunMachine, world: EngineWorld) {
        self.held = held
        self.record = record
        self.question = question
        self.machine = machine
        self.world = world
        progress = Signal(on: world.loop)
        log = world.log.with(
            requestID: record.origin.requestID, traceID: TraceContext(traceparent: record.origin.traceParent)?.traceID.description)
        held.answer = { [weak self] in self?.tell(.journal($0)) }
    }

    func start() {
        if held.claim.claims > Self.mostClaims {
            // It was lost again and again: it may be what ends the processes that carry it out.
            tell(.giveUp(Problem(.internalError, detail: "The run was interrupted too often.")))
        } else if held.claim.isCancelRequested {
            tell(.cancel)
        } else {
            tell(.begin)
        }
    }

    private static let mostClaims = 20

    func cancel() { tell(.cancel) }

    func drop() { tell(.journal(.fenced)) }

    private func tell(_ input: RunInput) {
        guard !isOver else { return }
        for action in machine.handle(input) { perform(action) }
        progress.notify()
    }

    private func perform(_ action: RunAction) {
        switch action {
        case .send(let append, let effects):
            if effects.ending != nil, finishedAt == nil { finishedAt = Timestamp(microseconds: world.loop.wallClock) }
            held.write(append, log: log) { [world, record, finishedAt] append throws(JournalError) in
                try await world.runs.append(append, with: effects, to: record.runID, finishedAt: finishedAt)
            }
        case .readPosition(let append): held.readPosition(after: append)
        case .committed(let effects):
            world.committed(effects, record, question, finishedAt: finishedAt)
            if effects.ending != nil { ended() }
        case .show(let events): held.show(events)
        case .callModel(let request): modelCall = world.loop.spawnUnobserved { [weak self] in await self?.call(request) }
        case .stopModel: modelCall?.cancel()
        case .executeCode(let call): toolCall = world.loop.spawnUnobserved { [weak self] in await self?.carryOut(call) }
        case .stopCall(let key): stopCall(key)
        case .callTool(let use): toolCall = world.loop.spawnUnobserved { [weak self] in await self?.carryOut(use) }
        case .awaitApproval(let call): toolCall = world.loop.spawnUnobserved { [weak self] in await self?.awaitApproval(of: call) }
        case .wait(let duration):
            let delay = duration * Double.random(in: 1...1.25, using: &world.loop.random)
            world.loop.schedule(after: delay) { [weak self] in self?.tell(.waited) }
        case .flushSoon: world.loop.schedule(after: Self.outputDelay) { [weak self] in self?.tell(.flush) }
        case .finish, .abandon: end()
        }
    }

    /// For how long output is gathered before it is written.
    private static let outputDelay = Duration.milliseconds(20)

    private func end() {
        isOver = true
        modelCall?.cancel()
        toolCall?.cancel()
        held.release()
    }

    // MARK: Calls

    private func call(_ request: ModelRequest) async {
        do {
            var request = request
            request.tools = try await findOffers()
            guard try await held.mayAct(head: machine.journal.head) else { return }
            let outcome = try await world.models.call(request) { text in
                tell(.modelText(text))
                try await progress.wait { machine.isHoldingBack }
                return machine.modelDemand
            }
            let stamp = MessageStamp(id: MessageID(world.loop.makeID()), createdAt: Timestamp(microseconds: world.loop.wallClock))
            tell(.modelEnded(outcome, stamp))
        } catch is CancellationError {
            return
        } catch let error as ToolCallError {
            log.warning("tools could not be looked up", ["run": .string(record.runID.description), "error": .error(error)])
            switch error {
            case .unavailable(let detail): tell(.modelFailed(.toolsUnavailable(detail)))
            case .refused(let problem): tell(.giveUp(problem))
            }
        } catch let error as ModelCallError {
            log.warning("a model call failed", ["run": .string(record.runID.description), "error": .error(error)])
            tell(.modelFailed(error))
        } catch {
            log.error("a model call failed", ["run": .string(record.runID.description), "error": .error(error)])
            tell(.modelFailed(.unavailable("The model call broke off.", retryAfter: nil)))
        }
    }

    private func findOffers() async throws -> [ToolOffer] {
        if let offers { return offers }
        let names = machine.setup.tools
        let found = names.isEmpty ? [] : try await world.tools.offers(of: names, for: record.person, from: record.origin)
        offers = found
        return found
    }

    private func carryOut(_ call: ToolCall) async {
        await acting {
            try await world.tools.execute(call, for: record.person, from: record.origin) { event in
                tell(.codeEvent(event))
                try await progress.wait { machine.isFull }
            }
            tell(.toolFailed(.unavailable("The call ended without a result.")))
        }
    }

    private func carryOut(_ use: ToolUse) async {
        await acting {
            do {
                tell(.toolAnswered(try await world.tools.call(use, by: record.agentID, for: record.person, from: record.origin)))
            } catch ToolCallError.refused(let problem) where problem.code == .approvalRequired {
                tell(.approvalNeeded(until: Timestamp(microseconds: world.loop.wallClock + Self.timeToDecide)))
            }
        }
    }

    /// For how long a person may think about a call, in microseconds: seven days.
    private static let timeToDecide: Int64 = 7 * 86_400 * 1_000_000

    /// Goes on with what was decided on a call, or lets go of the run until something is.
    private func awaitApproval(of call: Int) async {
        while !isOver {
            do {
                switch try await world.runs.standing(of: call, in: held.claim) {
                case .decided(let decision, let reason, let session):
                    record.person.sessionID = session
                    tell(.approvalDecided(decision, reason: reason))
                case .parked: tell(.parked)
                case .cancelled: tell(.cancel)
                case .lost: tell(.journal(.fenced))
                }
                return
            } catch is CancellationError {
                return
            } catch {
                log.warning("what was decided cannot be read", ["run": .string(record.runID.description), "error": .error(error)])
                try? await world.loop.sleep(for: Self.retryDelay)
            }
        }
    }

    private static let retryDelay = Duration.seconds(1)

    /// Makes a call unless the lease has lapsed, and tells the machine of its failure.
    private func acting(_ call: () async throws -> Void) async {
        do {
            guard try await held.mayAct(head: machine.journal.head) else { return }
            try await call()
        } catch is CancellationError {
            return
        } catch let error as ToolCallError {
            log.warning("a tool call failed", ["run": .string(record.runID.description), "error": .error(error)])
            tell(.toolFailed(error))
        } catch {
            log.error("a tool call failed", ["run": .string(record.runID.description), "error": .error(error)])
            tell(.toolFailed(.unavailable("The call broke off.")))
        }
    }

    private func stopCall(_ key: String) {
        world.loop.schedule(after: .seconds(5)) { [weak self] in self?.tell(.stopOverdue) }
        world.loop.spawn { [self] in
            // What was asked for a moment ago may not have begun.
            repeat {
                do { try await world.tools.cancel(effectKey: key, for: record.person, from: record.origin) } catch {
                    log.warning("a tool call could not be stopped", ["run": .string(record.runID.description), "error": .error(error)])
                }
                try await world.loop.sleep(for: Self.retryDelay)
            } while !isOver
        }
    }
}
