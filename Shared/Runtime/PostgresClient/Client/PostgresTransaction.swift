internal import EventLoop

/// An open transaction. Valid until the closure that was given it returns.
package final class PostgresTransaction: PostgresQueryable {
    private let connection: PostgresConnection
    private let counters: CounterBox
    /// BEGIN and what belongs to it; it goes out with the first statement.
    private var opening: [PostgresQuery]
    private var hasEnded = false

    init(_ connection: PostgresConnection, opening: [PostgresQuery], counters: CounterBox) {
        self.connection = connection
        self.opening = opening
        self.counters = counters
    }

    /// Runs one statement. After a failure the server takes no other: the transaction is over.
    @discardableResult
    package func query(_ query: PostgresQuery) async throws -> PostgresRows {
        guard let rows = try await queries([query]).first else { throw PostgresError.refused("the statement is empty") }
        return rows
    }

    /// Runs several statements in one round trip; the first failure skips the rest.
    @discardableResult
    package func queries(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        for query in queries { try query.requireShareable() }
        return try await connection.loop.suspend { (resumption: Resumption<[PostgresRows]>) in
            send(queries) { resumption.resume(with: $0) }
        }
    }

    /// Runs a script of several statements without parameters, such as a migration; their rows are dropped. Never text from outside.
    package func run(unsafeScript script: String) async throws {
        _ = try await queries([])
        try await connection.loop.suspend { (resumption: Resumption<Void>) in
            connection.run(script: script) { resumption.resume(with: $0.mapError(Self.duringTransaction)) }
        }
    }

    private func send(_ queries: [PostgresQuery], finish: @escaping (Result<[PostgresRows], PostgresError>) -> Void) {
        guard !hasEnded else { return finish(.failure(.refused("the transaction has ended"))) }
        let statements = opening.map { Batch.Statement(query: $0, isAnswered: false) } + queries.map { Batch.Statement(query: $0) }
        if statements.isEmpty { return finish(.success([])) }
        opening = []
        let batch = Batch(statements) { finish($0.mapError(Self.duringTransaction)) }
        batch.isInTransaction = true
        connection.send(batch)
    }

    /// What was sent before COMMIT has no effect without it.
    private static func duringTransaction(_ error: PostgresError) -> PostgresError {
        error == .outcomeUnknown || error == .notSent ? .transactionLost : error
    }

    // MARK: The end

    func commit() async throws {
        // Nothing was asked of the server.
        guard opening.isEmpty else { return hasEnded = true }
        try Task.checkCancellation()
        guard connection.isOpen else { throw PostgresError.transactionLost }
        let rows = try await end("COMMIT")
        // The server answers ROLLBACK to the COMMIT of a transaction in which a statement has failed.
        guard rows.first?.result.commandTag == "COMMIT" else { throw PostgresError.refused("a statement of the transaction had failed") }
        counters.counters.transactionsCommitted += 1
    }

    /// Leaves the connection idle or closed. A statement that still runs, because its task was cancelled, is cancelled too.
    func rollBack() async {
        defer { counters.counters.transactionsRolledBack += 1 }
        guard !hasEnded, opening.isEmpty, connection.isOpen else { return hasEnded = true }
        if connection.pendingCount == 0 {
            _ = try? await end("ROLLBACK")
            return
        }
        hasEnded = true
        // The connection is not used again: a cancellation that comes late would hit the next statement.
        let (loop, connection, cancel) = (connection.loop, connection, connection.makeCancel())
        let task = loop.spawn {
            if let cancel { try? await loop.offload { cancel.run() } }
            connection.close()
        }
        _ = try? await task.value
    }

    private func end(_ command: String) async throws -> [PostgresRows] {
        hasEnded = true
        let completion = Completion<[PostgresRows]>()
        let batch = Batch([Batch.Statement(query: PostgresQuery(unsafeSQL: command))]) {
            completion.complete($0.mapError { $0 as any Error })
        }
        batch.isInTransaction = true
        connection.send(batch)
        return try await completion.wait()
    }
}
