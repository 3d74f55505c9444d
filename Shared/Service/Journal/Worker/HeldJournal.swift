internal import EventLoop
package import Telemetry
internal import WireProtocol

/// One journal in the hands of one worker: writes its appends, finds out what became of them, shows its events, and says whether it may act.
package final class HeldJournal {
    package let claim: JournalClaim
    /// Told what became of appends; set by the driver.
    package var answer: (AppendAnswer) -> Void = { _ in }
    /// Its latest events, for those who follow it on this loop.
    let live: LiveJournal
    private let worker: JournalWorker
    /// The lease's generation in which the journal was last seen to be ours.
    private var confirmedGeneration: Int
    private var isReleased = false
    /// When something was last written, or it was taken.
    private(set) var lastActive: Instant
    /// Whether REST is under way.
    var isRestWanted = false
    /// Why the store could not be reached when it was last asked; nil: it could. Said once for each time, for it is asked five times a second.
    private var outage: String? {
        didSet {
            guard oldValue == nil, let outage else { return }
            worker.log.warning(
                "a journal waits for the database", ["journal": .string(claim.id.uuid.description), "reason": .string(outage)])
        }
    }
    /// How many appends the database refused for good.
    private var refusals = 0

    /// As long as nobody follows it elsewhere, nobody is told elsewhere.
    private var followedUntil = Instant(nanoseconds: 0)

    private static let retryDelay = Duration.milliseconds(200)
    /// How long somebody counts as following who says so every two seconds (`JournalFollower`).
    private static let followingDuration = Duration.seconds(10)

    /// - Parameter opening: All its events, or none that this loop can show.
    init(_ claim: JournalClaim, _ opening: [JournalEvent], _ worker: JournalWorker) {
        self.claim = claim
        self.worker = worker
        lastActive = worker.loop.bootNow
        live = LiveJournal(head: claim.head - opening.count, on: worker.loop)
        live.show(
            opening.enumerated().map { index, event in
                NumberedEvent(sequence: claim.head - opening.count + 1 + index, type: event.type, data: event.data)
            })
        confirmedGeneration = worker.lease.generation
    }

    private var loop: EventLoop { worker.loop }

    /// Writes an append, by `append` of the store or the service's own way, and answers later.
    package func write(
        _ append: JournalAppend, log: Logger, by write: @escaping (JournalAppend) async throws(JournalError) -> Bool
    ) {
        lastActive = loop.bootNow
        loop.spawnUnobserved { [self] in
            let start = loop.preciseNow
            let generation = worker.lease.generation
            do throws(JournalError) {
                let isWritten = try await write(append)
                worker.appendDuration.observe((loop.preciseNow - start).seconds)
                outage = nil
                if isWritten { confirmedGeneration = generation }
                answer(isWritten ? .written : .notWritten)
            } catch {
                switch error {
                case .outcomeUnknown: answer(.acknowledgementLost)
                case .unavailable(let reason):
                    outage = reason
                    try? await loop.sleep(for: Self.retryDelay)
                    answer(.notSent)
                case .refused(let reason):
                    log.error("an append was refused", ["journal": .string(claim.id.uuid.description), "reason": .string(reason)])
                    refusals += 1
                    // The driver writes an end in its place. When that is refused too, only people can help.
                    if refusals == 1 { answer(.refused) } else { setAside() }
                }
            }
        }
    }

    /// Lets go of the journal, and sees to it that this worker does not take it again: each time it would do the same work in vain.
    private func setAside() {
        worker.setAside(claim.id)
        answer(.fenced)
    }

    /// Finds out where the journal stands after an append of which it is not known whether it was written, and answers later.
    package func readPosition(after append: JournalAppend) {
        loop.spawn { [self] in
            if let position = try await position(first: append.firstSequence) { answer(.position(position)) }
        }
    }

    /// Asks until there is an answer; nil: the journal was released, or set aside because there never will be one. Throws when the task is
    /// cancelled.
    private func position(first: Int) async throws -> JournalPosition? {
        while !isReleased {
            do throws(JournalError) {
                let position = try await worker.store.position(of: claim.id, first: first)
                outage = nil
                return position
            } catch {
                outage = "\(error)"
                if case .refused = error { setAside() } else { try await loop.sleep(for: Self.retryDelay) }
            }
        }
        return nil
    }

    /// Whether a call may go out now: the lease is fresh, and the journal was seen to be ours since it began. Waits while the lease has lapsed.
    ///
    /// - Parameter head: Of the journal, as far as is known.
    package func mayAct(head: Int) async throws -> Bool {
        while !isReleased {
            try Task.checkCancellation()
            guard worker.lease.isFresh(at: loop.bootNow) else {
                try await worker.leaseChanged.wait(atMost: WorkerLease.duration)
                continue
            }
            let generation = worker.lease.generation
            if generation == confirmedGeneration { return true }
            guard case .live(let epoch, _, _)? = try await position(first: head + 1), epoch == claim.epoch else {
                answer(.fenced)
                return false
            }
            confirmedGeneration = generation
        }
        return false
    }

    /// Shows events to whoever follows the journal, here and elsewhere.
    package func show(_ events: [NumberedEvent]) {
        live.show(events)
        if isFollowedElsewhere { worker.tail.publish(events, of: claim.id) }
    }

    /// Someone follows the journal elsewhere. All that is here goes out, not only what they have not seen: who comes next may have seen less.
    func follow() {
        if !isFollowedElsewhere { worker.tail.publish(live.latest(after: 0), of: claim.id) }
        followedUntil = loop.now + Self.followingDuration
    }

    private var isFollowedElsewhere: Bool { loop.now < followedUntil }

    /// Lets go of the journal, which has ended or is another's: the worker forgets its driver.
    package func release() {
        guard !isReleased else { return }
        isReleased = true
        live.close()
        worker.release(claim.id)
    }
}
