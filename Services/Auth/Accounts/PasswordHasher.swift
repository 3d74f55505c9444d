internal import Cryptography
package import EventLoop
internal import Synchronization
internal import WireProtocol

/// Hashes and checks passwords on the blocking pool. Only so many may wait at a time, because each costs a core a quarter of a second:
/// in a long queue everybody would wait until they give up.
package final class PasswordHasher: Sendable {
    private let cost: Int
    private let capacity: Int
    private let pending = Atomic<Int>(0)

    /// `cost` is bcrypt's; `capacity` bounds the passwords that are being hashed or wait for it.
    package init(cost: Int, capacity: Int) {
        self.cost = cost
        self.capacity = capacity
    }

    /// The hash to be stored; a problem `unavailable` when too many wait already.
    package func hash(_ password: String, on loop: EventLoop) async throws -> String {
        let cost = cost
        return try await run(on: loop) { try Bcrypt.hash(password, cost: cost) }
    }

    /// Whether the password is the stored one. Without a stored hash the answer is no, after the same time: nobody learns which accounts
    /// exist. A problem `unavailable` when too many wait already.
    package func verify(_ password: String, against stored: String?, on loop: EventLoop) async throws -> Bool {
        let hash = stored ?? decoy
        let matches = try await run(on: loop) { Bcrypt.verify(password, against: hash) }
        return matches && stored != nil
    }

    /// A well-formed hash that no password is known for, so that checking against it takes as long as against a real one.
    private var decoy: String {
        "$2b$\(cost < 10 ? "0" : "")\(cost)$" + String(repeating: "C", count: 21) + "." + String(repeating: "x", count: 31)
    }

    private func run<T: Sendable>(on loop: EventLoop, _ work: @escaping @Sendable () throws -> T) async throws -> T {
        let place = try Place(in: self)
        return try await loop.offload {
            defer { place.leave() }
            return try work()
        }
    }

    /// Of a password among those that are hashed or wait for it. The work leaves it and not its caller: when that goes away, a hash that
    /// was begun still occupies a thread; one that never begins leaves it by being dropped.
    private final class Place: Sendable {
        private let hasher: PasswordHasher
        private let isHeld = Atomic(true)

        init(in hasher: PasswordHasher) throws {
            self.hasher = hasher
            guard hasher.pending.add(1, ordering: .relaxed).newValue <= hasher.capacity else {
                throw Problem(.unavailable, detail: "too many log-ins at this moment")
            }
        }

        deinit { leave() }

        func leave() {
            if isHeld.exchange(false, ordering: .relaxed) { hasher.pending.subtract(1, ordering: .relaxed) }
        }
    }
}
