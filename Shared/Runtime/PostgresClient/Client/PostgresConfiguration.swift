/// How a client reaches its database, and how much it may take.
package struct PostgresConfiguration: Sendable {
    /// libpq's connection string: `host=… user=…` or `postgresql://…`. `sslmode` and the rest pass through.
    package var connection: String
    /// libpq's settings that take precedence over those of `connection`: `["user": "reader"]`.
    package var settings: [String: String] = [:]
    /// The setting that row-level security reads, such as `app.tenant`; nil when there is none.
    package var tenantSetting: String?
    /// What the setting is for statements across all tenants; policies must let it pass.
    package var acrossTenantsValue = "*"
    /// How long a statement may run; zero: for ever.
    package var statementTimeout: Duration = .seconds(15)
    /// How long a statement may wait for a lock.
    package var lockTimeout: Duration = .seconds(5)
    /// How long connecting may take, and how long a transaction waits for a free connection.
    package var connectTimeout: Duration = .seconds(5)
    /// How many connections transactions may open.
    package var transactionConnections = 2
    /// How many statements, and how many transactions, may wait; more fail with `overloaded`.
    package var waitingLimit = 4096

    package init(connection: String, tenantSetting: String? = nil) {
        self.connection = connection
        self.tenantSetting = tenantSetting
    }
}
