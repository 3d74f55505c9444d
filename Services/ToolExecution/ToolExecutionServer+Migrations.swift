package import EventLoop
package import ServiceKit

extension ToolExecutionServer {
    /// Brings the schema to a version, and says what was done.
    package static func migrate(
        _ configuration: ToolExecutionConfiguration, _ target: MigrationTarget, _ loop: EventLoop
    ) async throws -> String {
        try await migrator().migrate(configuration.database, to: target, on: loop)
    }

    /// The history of the schema.
    static func migrator() throws -> Migrator {
        try Migrator(
            schema: "tool_execution",
            migrations: [
                Migration(
                    1, "sandboxes_and_effects", up: PackageResources.V0001_sandboxes_and_effects_up_sql,
                    down: PackageResources.V0001_sandboxes_and_effects_down_sql),
                Migration(
                    2, "network_requests", up: PackageResources.V0002_network_requests_up_sql,
                    down: PackageResources.V0002_network_requests_down_sql),
                Migration(
                    3, "secrets", up: PackageResources.V0003_secrets_up_sql, down: PackageResources.V0003_secrets_down_sql),
                Migration(4, "tools", up: PackageResources.V0004_tools_up_sql, down: PackageResources.V0004_tools_down_sql),
                Migration(
                    5, "sandbox_descriptions", up: PackageResources.V0005_sandbox_descriptions_up_sql,
                    down: PackageResources.V0005_sandbox_descriptions_down_sql),
                Migration(
                    6, "sandbox_enclosures", up: PackageResources.V0006_sandbox_enclosures_up_sql,
                    down: PackageResources.V0006_sandbox_enclosures_down_sql),
                Migration(7, "usage", up: PackageResources.V0007_usage_up_sql, down: PackageResources.V0007_usage_down_sql),
                Migration(
                    8, "approvals", up: PackageResources.V0008_approvals_up_sql, down: PackageResources.V0008_approvals_down_sql),
                Migration(
                    9, "sandboxes_of_calls", up: PackageResources.V0009_sandboxes_of_calls_up_sql,
                    down: PackageResources.V0009_sandboxes_of_calls_down_sql),
            ])
    }
}
