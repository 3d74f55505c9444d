internal import Synchronization

/// Marks the tasks that hold a transaction. Waiting there for a connection that is shared could wait for one's own lock, and PostgreSQL cannot see such a deadlock.
final class ActiveTransaction: Sendable {
    @TaskLocal static var current: ActiveTransaction?
    private let hasEnded = Atomic<Bool>(false)

    func end() { hasEnded.store(true, ordering: .relaxed) }

    static func requireNone() throws {
        guard let current, !current.hasEnded.load(ordering: .relaxed) else { return }
        throw PostgresError.refused("inside a transaction only the transaction itself may be used")
    }
}

extension PostgresQuery {
    /// Throws when the statement cannot be sent, or not on a connection that others use too.
    func requireShareable() throws {
        try requireSendable()
        if let control = sessionControl { throw PostgresError.refused("\(control) is not for a connection that others use too") }
    }

    func requireSendable() throws {
        if let refusal = parameters.refusal { throw PostgresError.refused(refusal) }
        if parameters.count > Int(UInt16.max) { throw PostgresError.refused("\(parameters.count) parameters: 65535 are allowed") }
        if pieces.contains(where: \.hasZeroByte) { throw PostgresError.refused("a statement with a zero byte") }
    }
}

extension PostgresConfiguration {
    /// The statement that names the tenant to row-level security, until the end of the transaction; nil when no setting is configured.
    func tenant(_ value: String) -> PostgresQuery? {
        tenantSetting.map { "SELECT set_config(\($0), \(value), true)" }
    }
}
