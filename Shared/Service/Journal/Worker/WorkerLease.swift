package import EventLoop

/// What a worker knows of its own lease, by its own clock, which goes on while the machine sleeps. The database's lease begins later than the beat was sent, so it lasts at least as long.
package struct WorkerLease {
    package static let duration = Duration.seconds(2)

    /// When the last acknowledged beat was sent.
    private var sentAt: Instant?
    /// How many beats in a row were acknowledged.
    package private(set) var beatsInARow = 0
    /// Grows whenever the lease may have been over for a while: what was held before may be another's.
    package private(set) var generation = 0

    package init() {}

    /// A beat was acknowledged just now.
    package mutating func acknowledged(sentAt: Instant, at now: Instant) {
        if let last = self.sentAt, now < last + Self.duration {} else { generation += 1 }
        self.sentAt = sentAt
        beatsInARow += 1
    }

    /// A beat failed, or its answer was lost.
    package mutating func missed() { beatsInARow = 0 }

    /// The worker is another one from now on.
    package mutating func reset() { self = WorkerLease(generation: generation) }

    private init(generation: Int) { self.generation = generation }

    /// Whether what the worker holds is certainly its own.
    package func isFresh(at now: Instant) -> Bool { sentAt.map { now < $0 + Self.duration } ?? false }

    /// Whether it may take what others hold: after an outage of the database all leases are over, and their holders beat first.
    package func mayClaim(at now: Instant) -> Bool { beatsInARow >= 4 && isFresh(at: now) }
}
