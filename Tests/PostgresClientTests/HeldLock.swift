import EventLoop
import PostgresClient
import Support

/// An advisory lock that a transaction holds: `SELECT pg_advisory_xact_lock(1)` waits until it is released.
final class HeldLock {
    private let loop: EventLoop
    private let client: PostgresClient
    private let change: Signal
    private var isHeld = false
    private var mayEnd = false
    private var holder: LoopTask<Void>?

    /// Returns when the lock is held.
    init(_ loop: EventLoop, _ client: PostgresClient) async throws {
        (self.loop, self.client) = (loop, client)
        change = Signal(on: loop)
        holder = loop.spawn { [self] in
            try await client.transaction { transaction in
                try await transaction.query("SELECT pg_advisory_xact_lock(1)")
                isHeld = true
                change.notify()
                try await change.wait { !mayEnd }
            }
        }
        try await change.wait { !isHeld }
    }

    /// Returns when one statement waits for the lock.
    func waitForWaiter() async throws {
        try await loop.eventually {
            try await client.transaction {
                try await $0.query(
                    """
                    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                ).single() == 1
            }
        }
    }

    func release() async throws {
        mayEnd = true
        change.notify()
        try await holder?.value
        holder = nil
    }
}
