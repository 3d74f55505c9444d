internal import EventLoop
internal import Telemetry
internal import WireProtocol

/// Carries out one run: does what its machine says, and tells the machine what came of it.
final class RunDriver {
    let claim: RunClaim
    let record: RunRecord
    let live: LiveRun
    private var machine: RunMachine
    private let world: EngineWorld
    private let log: Logger
    private var modelCall: LoopTask<Void>?
    private var toolCall: LoopTask<Void>?
    /// Wakes calls that wait until what they gave is taken.
    private let progress: Signal
    /// The lease's generation in which the run was last seen to be ours.
    private var confirmedGeneration: Int
    private let ended: (RunDriver) -> Void
    private var isOver = false

    /// - Parameter ended: Called once, when the run has ended or is another's.
    init(
        _ claim: RunClaim, _ record: RunRecord, _ machine: RunMachine, generation: Int, world: EngineWorld,
        ended: @escaping (RunDriver) -> Void
    ) {
        self.claim = claim
        self.record = record
        self.machine = machine
        self.world = world
        self.ended = ended
        confirmedGeneration = generation
        live = LiveRun(claim.runID, head: claim.head, on: world.loop)
        progress = Signal(on: world.loop)
        log = world.log.with(
            requestID: record.origin.requestID, traceID: TraceContext(traceparent: record.origin.traceParent)?.traceID.description)
    }

    func start() {
        if claim.claims > Self.mostClaims {
            // It was lost again and again: it may be what ends the processes that carry it out.
            tell(.giveUp(Problem(.internalError, detail: "The run was interrupted too often.")))
        } else if claim.isCancelRequested {
            tell(.cancel)
        } else {
            tell(.begin)
        }
    }

    private static let mostClaims = 20

    func cancel() { tell(.cancel) }

    /// Drops the run without a word: the loop ends, or lost its lease for good.
    func drop() { tell(.fenced) }

    private func tell(_ input: RunInput) {
        guard !isOver else { return }
        for action in machine.handle(input) { perform(action) }
        progress.notify()
    }

    private func perform(_ action: RunAction) {
        switch action {
        case .send(let append): send(append)
        case .readPosition(let append): readPosition(append)
        case .show(let events):
            live.show(events)
            world.tail.publish(events, of: claim.runID)
        case .callModel(let request): modelCall = world.loop.spawn { [weak self] in await self?.call(request) }
        case .stopModel: modelCall?.cancel()
        case .callTool(let call): toolCall = world.loop.spawn { [weak self] in await self?.carryOut(call) }
        case .stopTool(let key): stopTool(key)
        case .wait(let duration): world.loop.schedule(after: duration) { [weak self] in self?.tell(.waited) }
        case .flushSoon: world.loop.schedule(after: Self.outputDelay) { [weak self] in self?.tell(.flush) }
        case .finish: end()
        case .abandon: end()
        }
    }

    /// For how long output is gathered before it is written.
    private static let outputDelay = Duration.milliseconds(20)

    private func end() {
        isOver = true
        modelCall?.cancel()
        toolCall?.cancel()
        live.close()
        ended(self)
    }

    /// How the run ended; nil: it is another's.
    var outcome: RunStatus? { if case .ended(let status) = machine.state.phase { status } else { nil } }

    // MARK: The journal

    private func send(_ append: JournalAppend) {
        let run = claim.runID
        world.loop.spawn { [self] in
            let start = world.loop.preciseNow
            let generation = world.lease().generation
            do throws(JournalError) {
                let isWritten = try await world.journal.append(append, to: run)
                world.appendDuration.observe((world.loop.preciseNow - start).seconds)
                if isWritten { confirmedGeneration = generation }
                if isWritten { world.committed(append, record) }
                tell(.appendAnswered(written: isWritten))
            } catch .outcomeUnknown {
                tell(.acknowledgementLost)
            } catch .unavailable(let reason) {
                log.warning("an append waits", ["run": .string(run.description), "reason": .string(reason)])
                try? await world.loop.sleep(for: Self.retryDelay)
                tell(.appendNotSent)
            } catch .refused(let reason) {
                log.error("an append was refused", ["run": .string(run.description), "reason": .string(reason)])
                tell(.fenced)
            }
        }
    }

    private static let retryDelay = Duration.milliseconds(200)

    private func readPosition(_ append: JournalAppend) {
        world.loop.spawn { [self] in
            if let position = await position(first: append.firstSequence) { tell(.positionRead(position)) }
        }
    }

    /// Asks until there is an answer; nil: the run is over here.
    private func position(first: Int) async -> JournalPosition? {
        while !isOver {
            do { return try await world.journal.position(of: claim.runID, first: first) } catch {
                try? await world.loop.sleep(for: Self.retryDelay)
            }
        }
        return nil
    }

    /// Whether a call may go out now: the lease is fresh, and the run was seen to be ours since it began. Waits while the lease has lapsed.
    private func mayAct() async throws -> Bool {
        while !isOver {
            try Task.checkCancellation()
            guard world.lease().isFresh(at: world.loop.preciseNow) else {
                try await world.leaseChanged.wait(atMost: WorkerLease.duration)
                continue
            }
            let generation = world.lease().generation
            if generation == confirmedGeneration { return true }
            guard case .live(let epoch, _, _)? = await position(first: machine.journal.head + 1), epoch == claim.epoch else {
                tell(.fenced)
                return false
            }
            confirmedGeneration = generation
        }
        return false
    }

    // MARK: Calls

    private func call(_ request: ModelRequest) async {
        do {
            guard try await mayAct() else { return }
            let outcome = try await world.models.call(request) { text in
                tell(.modelText(text))
                try await progress.wait { machine.isHoldingBack }
                return machine.modelDemand
            }
            let stamp = MessageStamp(id: MessageID(world.loop.makeID()), createdAt: Timestamp(microseconds: world.loop.wallClock))
            tell(.modelEnded(outcome, stamp))
        } catch is CancellationError {
            return
        } catch let error as ModelCallError {
            log.warning("a model call failed", ["run": .string(claim.runID.description), "error": .error(error)])
            tell(.modelFailed(error))
        } catch {
            log.error("a model call failed", ["run": .string(claim.runID.description), "error": .error(error)])
            tell(.modelFailed(.unavailable("The model call broke off.", retryAfter: nil)))
        }
    }

    private func carryOut(_ call: ToolCall) async {
        do {
            guard try await mayAct() else { return }
            try await world.tools.call(call, for: record.person, from: record.origin) { event in
                tell(.toolEvent(event))
                try await progress.wait { machine.isFull }
            }
            tell(.toolFailed(.unavailable("The call ended without a result.")))
        } catch is CancellationError {
            return
        } catch let error as ToolCallError {
            log.warning("a tool call failed", ["run": .string(claim.runID.description), "error": .error(error)])
            tell(.toolFailed(error))
        } catch {
            log.error("a tool call failed", ["run": .string(claim.runID.description), "error": .error(error)])
            tell(.toolFailed(.unavailable("The call broke off.")))
        }
    }

    private func stopTool(_ key: String) {
        world.loop.schedule(after: .seconds(5)) { [weak self] in self?.tell(.stopOverdue) }
        world.loop.spawn { [self] in
            do { try await world.tools.cancel(effectKey: key, for: record.person, from: record.origin) } catch {
                log.warning("a tool call could not be stopped", ["run": .string(claim.runID.description), "error": .error(error)])
            }
        }
    }
}
