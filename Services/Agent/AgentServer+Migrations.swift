package import EventLoop
package import ServiceKit

extension AgentServer {
    /// Brings the schema to a version; says what it did.
    package static func migrate(_ configuration: AgentConfiguration, _ target: MigrationTarget, _ loop: EventLoop) async throws -> String {
        try await migrator().migrate(configuration.database, to: target, on: loop)
    }

    /// The history of the schema.
    package static func migrator() throws -> Migrator {
        try Migrator(
            schema: "agent",
            migrations: [
                Migration(
                    1, "agents_and_runs", up: PackageResources.V0001_agents_and_runs_up_sql,
                    down: PackageResources.V0001_agents_and_runs_down_sql),
                Migration(
                    2, "partitions", up: PackageResources.V0002_partitions_up_sql, down: PackageResources.V0002_partitions_down_sql),
                Migration(
                    3, "run_usage", up: PackageResources.V0003_run_usage_up_sql, down: PackageResources.V0003_run_usage_down_sql),
                Migration(
                    4, "agent_tools", up: PackageResources.V0004_agent_tools_up_sql, down: PackageResources.V0004_agent_tools_down_sql),
                Migration(5, "run_cost", up: PackageResources.V0005_run_cost_up_sql, down: PackageResources.V0005_run_cost_down_sql),
                Migration(6, "approvals", up: PackageResources.V0006_approvals_up_sql, down: PackageResources.V0006_approvals_down_sql),
                Migration(
                    7, "agent_sharing", up: PackageResources.V0007_agent_sharing_up_sql,
                    down: PackageResources.V0007_agent_sharing_down_sql),
                Migration(
                    8, "live_runs_by_wake", up: PackageResources.V0008_live_runs_by_wake_up_sql,
                    down: PackageResources.V0008_live_runs_by_wake_down_sql),
                Migration(9, "run_money", up: PackageResources.V0009_run_money_up_sql, down: PackageResources.V0009_run_money_down_sql),
                Migration(
                    10, "plain_journals", up: PackageResources.V0010_plain_journals_up_sql,
                    down: PackageResources.V0010_plain_journals_down_sql),
                Migration(
                    11, "live_runs_by_user", up: PackageResources.V0011_live_runs_by_user_up_sql,
                    down: PackageResources.V0011_live_runs_by_user_down_sql),
                Migration(
                    12, "plain_conversations", up: PackageResources.V0012_plain_conversations_up_sql,
                    down: PackageResources.V0012_plain_conversations_down_sql),
                Migration(
                    13, "visibility_by_scope", up: PackageResources.V0013_visibility_by_scope_up_sql,
                    down: PackageResources.V0013_visibility_by_scope_down_sql),
            ])
    }
}
