package import EventLoop
package import Telemetry
internal import WireProtocol

/// The journals of one kind on one loop: keeps the lease, claims what nobody holds, and has a driver for each that it holds.
package final class JournalWorker {
    let loop: EventLoop
    let kind: JournalKind
    let store: any JournalStore
    let tail: any JournalTail
    let leaseChanged: Signal
    let appendDuration: Histogram
    private(set) var lease = WorkerLease()
    private let works: Bool
    private let capacity: Int
    private let restDelay: Duration
    private let wake: any Wake
    let log: Logger
    private let makeDriver: (HeldJournal) async throws -> any JournalDriver
    private var id: WorkerID
    private var drivers: [JournalID: any JournalDriver] = [:]
    private var journals: [JournalID: HeldJournal] = [:]
    /// Journals that are being accepted or taken: not for RECONCILE.
    private var arriving: Set<JournalID> = []
    /// Journals that cannot be read, or of which the database does not even take the end: not for RECONCILE either.
    private var setAside: Set<JournalID> = []
    private let attention: Signal
    private var isClaimWanted = true
    private var isStopping = false

    private static let beatInterval = Duration.milliseconds(500)
    private static let reconcileInterval = Duration.seconds(2)
    private static let claimInterval = Duration.milliseconds(500)
    private static let claimSize = 32
    private static let appendBounds = [
        0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// - Parameters:
    ///   - works: Whether this loop carries out what it accepts and claims, or only accepts it for others.
    ///   - capacity: How many journals it holds at most.
    ///   - restDelay: How long after its last event a journal with nothing to do is held.
    ///   - makeDriver: Reads what the driver of a claim begins with. When it throws, RECONCILE tries again, unless that were in vain (`CorruptJournal`,
    ///     `JournalError.refused`).
    package init(
        _ kind: JournalKind, in store: any JournalStore, wake: any Wake, tail: any JournalTail, on loop: EventLoop, log: Logger,
        metrics: MetricsRegistry, works: Bool, capacity: Int = 1000, restDelay: Duration = .seconds(10),
        makeDriver: @escaping (HeldJournal) async throws -> any JournalDriver
    ) {
        self.kind = kind
        self.store = store
        self.wake = wake
        self.tail = tail
        self.loop = loop
        self.log = log
        self.works = works
        self.capacity = capacity
        self.restDelay = restDelay
        self.makeDriver = makeDriver
        appendDuration = metrics.histogram(
            "troupe_journal_append_seconds", help: "Time from an append to its commit.", bounds: Self.appendBounds)
        id = WorkerID(loop.makeID())
        leaseChanged = Signal(on: loop)
        attention = Signal(on: loop)
        wake.receive { [weak self] note in self?.receive(note) }
    }

    /// The events of a journal that is held here.
    func live(_ journal: JournalID) -> LiveJournal? { journals[journal]?.live }

    /// Tells whoever holds a journal that it is followed here.
    func askToShow(_ journal: JournalID) { wake.send(.followed(journal)) }

    /// How many more journals it may hold.
    private var room: Int { capacity - drivers.count - arriving.count }

    /// Works until the task is cancelled; then gives its journals up, so that others can take them at once.
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
        try? await loop.spawn { [store, id] in try await store.retire(id) }.value
    }

    // MARK: Accepting

    /// Notes a journal that is about to be begun as arriving, and returns the worker that may hold it; nil: leave it to whoever claims it.
    package func beginArrival(of journal: JournalID) -> WorkerID? {
        guard works, !isStopping, room > 0, lease.isFresh(at: loop.bootNow) else { return nil }
        arriving.insert(journal)
        return id
    }

    /// A journal was begun, for `holder`.
    ///
    /// - Parameters:
    ///   - opening: Its events, when they are to be shown from here; whoever asks for them otherwise reads them in the store.
    ///   - makeDriver: Makes its driver from what is known already; nil: as for a claim.
    package func accepted(
        _ claim: JournalClaim, by holder: WorkerID?, opening: [JournalEvent] = [],
        makeDriver: ((HeldJournal) async throws -> any JournalDriver)? = nil
    ) {
        arriving.remove(claim.id)
        guard let holder, holder == id, !isStopping else { return wake.send(.unclaimed) }
        take(claim, opening, makeDriver ?? self.makeDriver)
    }

    /// It is not known, or known not, that a journal was begun.
    package func notAccepted(_ journal: JournalID) { arriving.remove(journal) }

    /// Someone wants a journal's end, if it is held here.
    package func cancel(_ journal: JournalID) { drivers[journal]?.cancel() }

    private func take(
        _ claim: JournalClaim, _ opening: [JournalEvent], _ makeDriver: @escaping (HeldJournal) async throws -> any JournalDriver
    ) {
        // It was given up and woken, and its driver was not told yet.
        if let former = journals[claim.id], former.claim.epoch < claim.epoch { drivers[claim.id]?.drop() }
        guard drivers[claim.id] == nil, arriving.insert(claim.id).inserted else { return }
        let held = HeldJournal(claim, opening, self)
        journals[claim.id] = held
        loop.spawnUnobserved { [self] in
            defer { arriving.remove(claim.id) }
            do {
                let driver = try await makeDriver(held)
                if isStopping { return held.release() }
                drivers[claim.id] = driver
                driver.start()
            } catch {
                held.release()
                log.warning("a journal could not be taken", ["journal": .string(claim.id.uuid.description), "error": .error(error)])
                if Self.isLasting(error) { setAside(claim.id) }
            }
        }
    }

    /// Whether a journal that could not be taken will be none that can be taken the next time either.
    private static func isLasting(_ error: any Error) -> Bool {
        if case JournalError.refused = error { return true }
        return error is CorruptJournal
    }

    func release(_ journal: JournalID) {
        journals[journal] = nil
        if drivers.removeValue(forKey: journal) != nil, room == 1 { receive(.unclaimed) }
    }

    /// Leaves a journal alone that this worker holds, for as long as it does.
    func setAside(_ journal: JournalID) {
        setAside.insert(journal)
        log.error("a journal is left alone until another worker takes it", ["journal": .string(journal.uuid.description)])
    }

    private func dropAll() { for driver in Array(drivers.values) { driver.drop() } }

    private func receive(_ note: WakeNote) {
        switch note {
        case .unclaimed:
            isClaimWanted = true
            attention.notify()
        case .cancelRequested(let journal), .input(let journal):
            // Who does not hold it may find that nobody does.
            guard let driver = drivers[journal] else { return receive(.unclaimed) }
            if case .input = note { driver.inputMayWait() } else { driver.cancel() }
        case .followed(let journal): journals[journal]?.follow()
        }
    }

    // MARK: BEAT, CLAIM, RECONCILE

    private func keepBeating() async throws {
        try await enlist()
        while true {
            try await loop.sleep(for: Self.beatInterval)
            let sentAt = loop.bootNow
            do {
                if try await store.beat(id) {
                    lease.acknowledged(sentAt: sentAt, at: loop.bootNow)
                    leaseChanged.notify()
                } else {
                    // The lease was cleared away: whatever was held is another's by now.
                    log.warning("the lease is gone", ["worker": .string(id.description)])
                    dropAll()
                    id = WorkerID(loop.makeID())
                    lease.reset()
                    try await enlist()
                }
            } catch let error as JournalError {
                lease.missed()
                log.warning("a beat was missed", ["reason": .error(error)])
            }
            try Task.checkCancellation()
        }
    }

    private func enlist() async throws {
        while true {
            let sentAt = loop.bootNow
            do {
                try await store.enlist(id)
                lease.acknowledged(sentAt: sentAt, at: loop.bootNow)
                return leaseChanged.notify()
            } catch {
                log.warning("no lease could be begun", ["reason": .error(error)])
                try await loop.sleep(for: Self.beatInterval)
            }
        }
    }

    private func keepClaiming() async throws {
        while true {
            try await attention.wait(atMost: Self.claimInterval) { !isClaimWanted }
            isClaimWanted = false
            while lease.mayClaim(at: loop.bootNow), room > 0 {
                let wanted = min(Self.claimSize, room)
                let claims: [JournalClaim]
                do { claims = try await store.claim(atMost: wanted, for: id) } catch {
                    log.warning("no journals could be claimed", ["reason": .error(error)])
                    break
                }
                for claim in claims { take(claim, [], makeDriver) }
                if claims.count < wanted { break }
            }
            try Task.checkCancellation()
        }
    }

    private func keepReconciling() async throws {
        while true {
            try await loop.sleep(for: Self.reconcileInterval)
            guard lease.isFresh(at: loop.bootNow) else { continue }
            let claims: [JournalClaim]
            do { claims = try await store.held(by: id) } catch {
                log.warning("the journals that are held could not be read", ["reason": .error(error)])
                continue
            }
            setAside.formIntersection(claims.map(\.id))
            for claim in claims where !setAside.contains(claim.id) {
                guard let driver = drivers[claim.id] else {
                    take(claim, [], makeDriver)
                    continue
                }
                if claim.isCancelRequested { driver.cancel() }
                driver.inputMayWait()
                if let held = journals[claim.id], loop.bootNow >= held.lastActive + restDelay { rest(driver, held) }
            }
        }
    }

    /// Lets go of a journal that has nothing to do.
    private func rest(_ driver: any JournalDriver, _ held: HeldJournal) {
        guard driver.isIdle, !held.isRestWanted else { return }
        held.isRestWanted = true
        loop.spawnUnobserved { [log] in
            defer { held.isRestWanted = false }
            do throws(JournalError) {
                if try await driver.rest() { driver.drop() }
            } catch .outcomeUnknown {
                // If it is held here after all, RECONCILE takes it again.
                driver.drop()
            } catch {
                log.warning(
                    "an idle journal could not be given up",
                    ["journal": .string(held.claim.id.uuid.description), "reason": .error(error)])
            }
        }
    }
}
