package import ServiceKit
package import WireProtocol

/// How many more runs each person may begin here before it is counted again how many of theirs have not ended.
///
/// To count for each message would cost more than to accept it. So where several loops accept, a person can for a while have more than the
/// limit: as many as each of them has still to give.
package final class RunAllowances {
    private let store: RunStore
    private let limit: Int
    private var left = RecentCache<UserID, Int>(capacity: 10_000)

    /// - Parameter limit: How many runs that have not ended a person may have.
    package init(_ store: RunStore, limit: Int) {
        self.store = store
        self.limit = limit
    }

    /// Takes one; a problem 403 when the person has as many runs as may be.
    package func take(for person: Principal.Person) async throws {
        if left(of: person.user) <= 0 {
            let counted = limit - (try await store.countLive(of: person))
            // Another request may have counted too, and taken one already.
            if left(of: person.user) <= 0 { left.store(counted, for: person.user) }
        }
        let count = left(of: person.user)
        guard count > 0 else {
            throw Problem(
                .quotaExceeded,
                detail: "You have \(limit) runs that have not ended, and no more may be (RUNS_PER_PERSON): wait for one or cancel it first."
            )
        }
        left.store(count - 1, for: person.user)
    }

    /// Gives one back: a run for which one was taken here has ended.
    package func giveBack(to user: UserID) { if let count = left.value(for: user) { left.store(count + 1, for: user) } }

    private func left(of user: UserID) -> Int { left.value(for: user) ?? 0 }
}
