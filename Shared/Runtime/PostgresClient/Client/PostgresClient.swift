package import EventLoop

/// A tenant as row-level security knows it: the value of the configured setting.
package protocol PostgresTenant {
    var postgresTenant: String { get }
}

extension PostgresUUID: PostgresTenant {
    package var postgresTenant: String { description }
}

/// A database, for the tasks of one loop. It opens connections when they are first needed and again when they are lost:
///
/// - a *shared* one for single statements, pipelined, each its own transaction;
/// - a few *exclusive* ones for transactions of several round trips;
/// - a *writer* that commits small transactions in groups.
package final class PostgresClient {
    package let loop: EventLoop
    /// Small transactions, committed in groups.
    package let writer: PostgresWriter
    let configuration: PostgresConfiguration
    private let shared: SharedStatements
    private let pool: ExclusivePool
    private let counterBox = CounterBox()

    package init(_ loop: EventLoop, _ configuration: PostgresConfiguration) {
        self.loop = loop
        self.configuration = configuration
        let connector = PostgresConnector(loop: loop, configuration: configuration, counters: counterBox)
        shared = SharedStatements(PostgresLink(connector), waitingLimit: configuration.waitingLimit)
        writer = PostgresWriter(loop, PostgresLink(connector), configuration)
        pool = ExclusivePool(connector)
    }

    deinit { close() }

    /// Closes all connections for good; what is in flight fails.
    package func close() {
        shared.close()
        writer.close()
        pool.close()
    }

    /// What it has done since it was made.
    package var counters: PostgresCounters { counterBox.counters }

    /// Statements for one tenant.
    package func `as`(_ tenant: some PostgresTenant) -> PostgresScope { PostgresScope(client: self, tenant: tenant.postgresTenant) }

    /// Statements that see every tenant's rows: claims of work, administration.
    package func acrossTenants() -> PostgresScope { PostgresScope(client: self, tenant: configuration.acrossTenantsValue) }

    /// Statements for no tenant: tables under row-level security are empty to them.
    package func withoutTenant() -> PostgresScope { PostgresScope(client: self, tenant: nil) }

    /// Runs one statement for no tenant.
    @discardableResult
    package func query(_ query: PostgresQuery) async throws -> PostgresRows { try await withoutTenant().query(query) }

    /// Runs a transaction for no tenant.
    package func transaction<T>(_ body: (PostgresTransaction) async throws -> T) async throws -> T {
        try await withoutTenant().transaction(body)
    }

    // MARK: For scopes

    func run(_ query: PostgresQuery, tenant: String?) async throws -> PostgresRows {
        try ActiveTransaction.requireNone()
        try query.requireShareable()
        var statements: [Batch.Statement] = []
        if let tenant, let setting = configuration.tenant(tenant) { statements.append(Batch.Statement(query: setting, isAnswered: false)) }
        statements.append(Batch.Statement(query: query))
        let rows = try await loop.suspend { (resumption: Resumption<[PostgresRows]>) in
            let batch = Batch(statements) { resumption.resume(with: $0) }
            batch.isAbandoned = { resumption.isFinished }
            shared.submit(batch)
        }
        guard let rows = rows.first else { throw PostgresError.refused("the statement is empty") }
        return rows
    }

    func runTransaction<T>(tenant: String?, _ body: (PostgresTransaction) async throws -> T) async throws -> T {
        try ActiveTransaction.requireNone()
        var opening: [PostgresQuery] = ["BEGIN ISOLATION LEVEL READ COMMITTED"]
        if let tenant, let setting = configuration.tenant(tenant) { opening.append(setting) }
        let connection = try await pool.take()
        let transaction = PostgresTransaction(connection, opening: opening, counters: counterBox)
        let marker = ActiveTransaction()
        do {
            let value = try await ActiveTransaction.$current.withValue(marker) { try await body(transaction) }
            marker.end()
            try await transaction.commit()
            pool.giveBack(connection)
            return value
        } catch {
            marker.end()
            await transaction.rollBack()
            pool.giveBack(connection)
            throw error
        }
    }
}

extension Resumption {
    func resume(with result: Result<T, PostgresError>) {
        switch result {
        case .success(let value): resume(returning: value)
        case .failure(let error): resume(throwing: error)
        }
    }
}
