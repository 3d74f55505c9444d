internal import EventLoop
internal import Telemetry
package import WireProtocol

/// Carries out runs on one loop: keeps the lease, claims what nobody holds, drives each run's machine.
package final class RunEngine {
    private var world: EngineWorld
    private let loop: EventLoop
    private let works: Bool
    private let capacity: Int
    private var worker: WorkerID
    private var lease = WorkerLease()
    private var drivers: [RunID: RunDriver] = [:]
    /// Runs that are being accepted or taken: not for RECONCILE.
    private var arriving: Set<RunID> = []
    private let attention: Signal
    private var isClaimWanted = true
    private var isStopping = false

    private static let beatInterval = Duration.milliseconds(500)
    private static let reconcileInterval = Duration.seconds(2)
    private static let claimInterval = Duration.milliseconds(500)
    private static let claimSize = 32

    /// - Parameters:
    ///   - works: Whether this loop carries out runs, or only accepts them for others.
    ///   - capacity: How many runs it holds at most.
    package init(_ world: EngineWorld, works: Bool, capacity: Int = 1000) {
        self.world = world
        self.works = works
        self.capacity = capacity
        loop = world.loop
        worker = WorkerID(world.loop.makeID())
        attention = Signal(on: world.loop)
        self.world.lease = { [weak self] in self?.lease ?? WorkerLease() }
        world.wake.receive { [weak self] note in self?.receive(note) }
    }

    /// How many runs it carries out now.
    package var runCount: Int { drivers.count }

    /// The events of a run that is carried out here.
    package func live(_ run: RunID) -> LiveRun? { drivers[run]?.live }

    /// Works until the task is cancelled; then gives its runs up, so that others can take them at once.
    package func run() async throws {
        guard works else { return }
        do {
            try await loop.withTaskScope { [self] scope in
                scope.spawn { [self] in try await keepClaiming() }
                scope.spawn { [self] in try await keepReconciling() }
                try await self.keepBeating()
            }
        } catch is CancellationError {}
        isStopping = true
        dropAll()
        // The task is cancelled; what is still to be said goes out in one of its own.
        let (journal, worker) = (world.journal, worker)
        try? await loop.spawn { try await journal.retire(worker) }.value
    }

    // MARK: Runs

    /// The worker that may hold a run which is accepted now, and the run is noted as arriving; nil: leave it to whoever claims it.
    func holder(for run: RunID) -> WorkerID? {
        guard works, !isStopping, drivers.count < capacity, lease.isFresh(at: loop.preciseNow) else { return nil }
        arriving.insert(run)
        return worker
    }

    /// A run that was accepted for this worker.
    func accepted(_ record: RunRecord, opening: JournalEvent, holder: WorkerID?) {
        arriving.remove(record.runID)
        guard let holder, holder == worker, !isStopping else { return world.wake.send(.runsWaiting) }
        let claim = RunClaim(runID: record.runID, organizationID: record.person.organizationID, epoch: 1, head: 1, shownLimit: 1)
        let row = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [opening]))
        take(claim, record, [row])
    }

    /// A run of which it is not known, or known not, that it was accepted.
    func notAccepted(_ run: RunID) { arriving.remove(run) }

    /// Cancels a run that is carried out here.
    func cancel(_ run: RunID) { drivers[run]?.cancel() }

    /// Takes a run in hand. `rows`: its journal up to the head; nil: it is to be read.
    private func take(_ claim: RunClaim, _ knownRecord: RunRecord? = nil, _ knownRows: [JournalRow]? = nil) {
        guard drivers[claim.runID] == nil, arriving.insert(claim.runID).inserted else { return }
        let generation = lease.generation
        loop.spawn { [self] in
            defer { arriving.remove(claim.runID) }
            do {
                let record = if let knownRecord { knownRecord } else { try await world.journal.record(of: claim) }
                let rows = if let knownRows { knownRows } else { try await rows(of: claim) }
                let messages = try await world.history.messages(
                    of: record.conversationID, in: claim.organizationID, before: record.messageOrdinal + 1)
                let machine = try RunMachine(
                    record.setup(model: world.models.resolve(record.agent.model), messages: messages),
                    journal: AppendProtocol(epoch: claim.epoch, head: claim.head, shownLimit: claim.shownLimit), rows: rows)
                if isStopping { return }
                let driver = RunDriver(claim, record, machine, generation: generation, world: world) { [weak self] in self?.ended($0) }
                drivers[claim.runID] = driver
                driver.start()
            } catch {
                // RECONCILE finds it again.
                world.log.warning("a run could not be begun", ["run": .string(claim.runID.description), "error": .error(error)])
            }
        }
    }

    private func rows(of claim: RunClaim) async throws -> [JournalRow] {
        var rows: [JournalRow] = []
        while (rows.last?.lastSequence ?? 0) < claim.head {
            let page = try await world.journal.rows(
                of: claim.runID, in: claim.organizationID, after: rows.last?.lastSequence ?? 0, limit: 256)
            if page.isEmpty { break }
            rows += page
        }
        return rows.filter { $0.lastSequence <= claim.head }
    }

    private func ended(_ driver: RunDriver) {
        drivers[driver.claim.runID] = nil
        if let outcome = driver.outcome { world.runs.labelled(outcome.rawValue).increment() }
        if drivers.count == capacity - 1 { receive(.runsWaiting) }
    }

    private func dropAll() { for driver in Array(drivers.values) { driver.drop() } }

    private func receive(_ note: WakeNote) {
        switch note {
        case .runsWaiting:
            isClaimWanted = true
            attention.notify()
        case .cancelRequested(let run): cancel(run)
        }
    }

    // MARK: BEAT, CLAIM, RECONCILE

    private func keepBeating() async throws {
        try await enlist()
        while true {
            try await loop.sleep(for: Self.beatInterval)
            let sentAt = loop.preciseNow
            do {
                if try await world.journal.beat(worker) {
                    lease.acknowledged(sentAt: sentAt, at: loop.preciseNow)
                    world.leaseChanged.notify()
                } else {
                    // The lease was cleared away: whatever was held is another's by now.
                    world.log.warning("the lease is gone", ["worker": .string(worker.description)])
                    dropAll()
                    worker = WorkerID(loop.makeID())
                    lease.reset()
                    try await enlist()
                }
            } catch let error as JournalError {
                lease.missed()
                world.log.warning("a beat was missed", ["reason": .error(error)])
            }
            try Task.checkCancellation()
        }
    }

    private func enlist() async throws {
        while true {
            let sentAt = loop.preciseNow
            do {
                try await world.journal.enlist(worker)
                lease.acknowledged(sentAt: sentAt, at: loop.preciseNow)
                return world.leaseChanged.notify()
            } catch {
                try await loop.sleep(for: Self.beatInterval)
            }
        }
    }

    private func keepClaiming() async throws {
        while true {
            try await attention.wait(atMost: Self.claimInterval) { !isClaimWanted }
            isClaimWanted = false
            while lease.mayClaim(at: loop.preciseNow), drivers.count + arriving.count < capacity {
                guard let claims = try? await world.journal.claim(atMost: Self.claimSize, for: worker) else { break }
                for claim in claims { take(claim) }
                if claims.count < Self.claimSize { break }
            }
            try Task.checkCancellation()
        }
    }

    private func keepReconciling() async throws {
        while true {
            try await loop.sleep(for: Self.reconcileInterval)
            guard lease.isFresh(at: loop.preciseNow), let claims = try? await world.journal.held(by: worker) else { continue }
            for claim in claims {
                if let driver = drivers[claim.runID] {
                    if claim.isCancelRequested { driver.cancel() }
                } else {
                    take(claim)
                }
            }
        }
    }
}

extension RunRecord {
    /// What the run's machine begins with.
    fileprivate func setup(model: ModelChoice?, messages: [Message]) -> RunSetup {
        RunSetup(
            runID: runID, conversationID: conversationID, agentID: agentID, messageOrdinal: messageOrdinal, mode: agent.mode,
            instructions: agent.instructions, model: model, temperature: agent.temperature, maxSteps: agent.maxSteps,
            messages: messages.map { ModelMessage($0.role == .assistant ? .assistant : .user, $0.content) }, expectsSession: expectsSession)
    }
}
