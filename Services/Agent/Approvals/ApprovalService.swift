package import Journal
package import PostgresClient
package import ServiceKit
package import WireProtocol

/// What people say of calls that wait for them.
package final class ApprovalService {
    private let store: ApprovalStore
    private let runs: RunService
    private let calls: any ToolApprovals
    private let wake: any Wake

    /// - Parameter calls: Where an approval must be known before the call is made.
    package init(_ database: PostgresClient, runs: RunService, calls: any ToolApprovals, wake: any Wake) {
        store = ApprovalStore(database: database)
        self.runs = runs
        self.calls = calls
        self.wake = wake
    }

    /// The calls that wait for the person, oldest first.
    package func list(after place: (run: RunID, call: Int)?, limit: Int, as person: Principal.Person) async throws -> [Approval] {
        try await store.list(after: place, limit: limit, for: person)
    }

    /// Agrees to a call. The word goes to tool-execution with the person's own token: this service could not give it.
    package func approve(
        _ call: Int, of run: RunID, as person: Principal.Person, with credentials: PersonalCredentials
    ) async throws -> Run {
        try await decide(.approved, on: call, of: run, reason: nil, as: person) { found in
            guard let arguments = RequestedToolCall(name: found.name, arguments: found.arguments).parsedArguments else { return }
            try await calls.approve(
                ToolUse(effectKey: run.effectKey(of: call), name: found.name, arguments: arguments), with: credentials)
        }
    }

    /// Refuses a call, and says why.
    package func reject(_ call: Int, of run: RunID, reason: String?, as person: Principal.Person) async throws -> Run {
        try await decide(.rejected, on: call, of: run, reason: reason, as: person) { _ in }
    }

    /// The same word again changes nothing; another one is a problem 409.
    private func decide(
        _ decision: ApprovalDecision, on call: Int, of run: RunID, reason: String?, as person: Principal.Person,
        before: (ApprovalStore.Found) async throws -> Void
    ) async throws -> Run {
        guard let found = try await store.find(call, of: run, for: person) else { throw Problem(.notFound) }
        if found.standing == .open {
            try await before(found)
            if try await store.decide(decision, on: call, of: run, reason: reason, for: person) {
                wake.send(.unclaimed)
                return try await runs.get(run, as: person).run
            }
        }
        switch try await store.find(call, of: run, for: person)?.standing {
        case .decided(decision): return try await runs.get(run, as: person).run
        case .decided(.expired), .open: throw Problem(.conflict, detail: "The time to decide is over.")
        case .decided(let other): throw Problem(.conflict, detail: "The call was \(other.rawValue) before.")
        case .withdrawn, nil: throw Problem(.conflict, detail: "The run has ended.")
        }
    }
}
