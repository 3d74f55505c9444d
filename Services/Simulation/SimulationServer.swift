package import EventLoop
internal import PostgresClient
package import ServiceKit

/// The simulation service on one loop. It has no endpoints of its own yet: it starts, migrates and says how it is.
package enum SimulationServer {
    /// Serves until the runtime is asked to stop.
    package static func serve(_ configuration: SimulationConfiguration, _ runtime: ServiceRuntime) async throws {
        let database = configuration.database.makeClient(on: runtime.loop, loops: runtime.loopCount)
        defer { database.close() }
        let routes = ServiceRoutes(loop: runtime.loop, verifier: nil, log: runtime.log, metrics: runtime.metrics)
        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("schema", isEssential: true) { try await migrator().requireVersion(client: database) }
        routes.mountHealth(runtime.health, metrics: runtime.collector)
        try await runtime.serve(routes.handle)
    }

    /// Brings the schema to a version, and says what was done.
    package static func migrate(_ configuration: SimulationConfiguration, _ target: MigrationTarget, _ loop: EventLoop) async throws
        -> String
    {
        let database = try configuration.database.makeOwnerClient(on: loop)
        defer { database.close() }
        let steps = try await migrator().migrate(database, to: target.version)
        return steps.isEmpty ? "simulation: nothing to migrate" : "simulation: migrated to version \(steps.last ?? 0)"
    }

    private static func migrator() throws -> Migrator {
        try Migrator(
            schema: "simulation",
            migrations: [
                Migration(
                    1, "idempotency_keys", up: PackageResources.V0001_idempotency_keys_up_sql,
                    down: PackageResources.V0001_idempotency_keys_down_sql)
            ])
    }
}
