package import EventLoop
package import PostgresClient

extension DatabaseConfiguration {
    /// The setting by which row-level security knows the organisation; `*` sees all.
    package static let tenantSetting = "troupe.organization"

    /// A client of the role that serves, with one loop's share of the connections: one shared, one writer, the rest for transactions.
    package func makeClient(on loop: EventLoop, loops: Int) -> PostgresClient {
        var configuration = PostgresConfiguration(connection: url, tenantSetting: Self.tenantSetting)
        configuration.transactionConnections = max(1, connections / max(1, loops) - 2)
        return PostgresClient(loop, configuration)
    }

    /// A client of the role that owns the schema, for migrations. Throws when the configuration names none.
    func makeOwnerClient(on loop: EventLoop) throws -> PostgresClient {
        guard let ownerURL else { throw ConfigurationError(problems: ["DATABASE_OWNER_URL is missing: it names the role that migrates"]) }
        return PostgresClient(loop, PostgresConfiguration(connection: ownerURL, tenantSetting: Self.tenantSetting))
    }
}
