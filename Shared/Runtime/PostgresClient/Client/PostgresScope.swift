/// What can run statements: a scope of a client, or a transaction. Functions that are to work in both take `some PostgresQueryable`.
package protocol PostgresQueryable {
    /// Runs one statement.
    @discardableResult
    func query(_ query: PostgresQuery) async throws -> PostgresRows
}

/// A client on behalf of one tenant. Every statement carries the tenant along; it costs no round trip.
package struct PostgresScope: PostgresQueryable {
    let client: PostgresClient
    let tenant: String?

    /// Runs one statement, a transaction of its own, on the connection that all share. Not for long ones: those behind it wait.
    /// Cancelling the caller ends the wait, not the statement.
    @discardableResult
    package func query(_ query: PostgresQuery) async throws -> PostgresRows { try await client.run(query, tenant: tenant) }

    /// Runs `body` between BEGIN and COMMIT on a connection of its own. When it throws, or its task is cancelled, everything is rolled back.
    /// Inside, `body` must use the transaction only: a call of the client there throws.
    package func transaction<T>(_ body: (PostgresTransaction) async throws -> T) async throws -> T {
        try await client.runTransaction(tenant: tenant, body)
    }

    /// Runs statements in one transaction through the writer, which commits in groups.
    package func submit(_ queries: [PostgresQuery]) async throws -> [PostgresRows] {
        try await client.writer.submit(queries, tenant: tenant)
    }

    /// Runs one statement through the writer, which `make` makes when it is sent: what comes until then can be part of it.
    /// Cancelling the caller before that takes it back, and `make` is not called.
    package func submit(making make: @escaping () -> PostgresQuery) async throws -> PostgresRows {
        try await client.writer.submit(tenant: tenant, making: make)
    }
}
