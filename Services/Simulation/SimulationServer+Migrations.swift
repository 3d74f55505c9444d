package import EventLoop
package import ServiceKit

extension SimulationServer {
    /// Brings the schema to a version, and says what was done.
    package static func migrate(_ configuration: SimulationConfiguration, _ target: MigrationTarget, _ loop: EventLoop) async throws
        -> String
    {
        try await migrator().migrate(configuration.database, to: target, on: loop)
    }

    /// The history of the schema.
    package static func migrator() throws -> Migrator {
        try Migrator(
            schema: "simulation",
            migrations: [
                Migration(
                    1, "idempotency_keys", up: PackageResources.V0001_idempotency_keys_up_sql,
                    down: PackageResources.V0001_idempotency_keys_down_sql),
                Migration(
                    2, "scenarios_and_crews", up: PackageResources.V0002_scenarios_and_crews_up_sql,
                    down: PackageResources.V0002_scenarios_and_crews_down_sql),
                Migration(
                    3, "simulations", up: PackageResources.V0003_simulations_up_sql, down: PackageResources.V0003_simulations_down_sql),
                Migration(
                    4, "partitions", up: PackageResources.V0004_partitions_up_sql, down: PackageResources.V0004_partitions_down_sql),
                Migration(
                    5, "idle_simulations", up: PackageResources.V0005_idle_simulations_up_sql,
                    down: PackageResources.V0005_idle_simulations_down_sql),
                Migration(
                    6, "resting_simulations", up: PackageResources.V0006_resting_simulations_up_sql,
                    down: PackageResources.V0006_resting_simulations_down_sql),
                Migration(
                    7, "approvals_and_bounds", up: PackageResources.V0007_approvals_and_bounds_up_sql,
                    down: PackageResources.V0007_approvals_and_bounds_down_sql),
                Migration(
                    8, "plain_journals", up: PackageResources.V0008_plain_journals_up_sql,
                    down: PackageResources.V0008_plain_journals_down_sql),
            ])
    }
}
