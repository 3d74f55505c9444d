package import EventLoop
package import ServiceKit

extension AuthServer {
    /// Brings the schema to a version, and says what was done.
    package static func migrate(_ configuration: AuthConfiguration, _ target: MigrationTarget, _ loop: EventLoop) async throws -> String {
        try await migrator().migrate(configuration.database, to: target, on: loop)
    }

    static func migrator() throws -> Migrator {
        try Migrator(
            schema: "auth",
            migrations: [
                Migration(
                    1, "organizations_and_users", up: PackageResources.V0001_organizations_and_users_up_sql,
                    down: PackageResources.V0001_organizations_and_users_down_sql),
                Migration(2, "sessions", up: PackageResources.V0002_sessions_up_sql, down: PackageResources.V0002_sessions_down_sql),
                Migration(
                    3, "signing_keys", up: PackageResources.V0003_signing_keys_up_sql, down: PackageResources.V0003_signing_keys_down_sql),
                Migration(
                    4, "revocations", up: PackageResources.V0004_revocations_up_sql, down: PackageResources.V0004_revocations_down_sql),
                Migration(
                    5, "simulation_permissions", up: PackageResources.V0005_simulation_permissions_up_sql,
                    down: PackageResources.V0005_simulation_permissions_down_sql),
                Migration(6, "api_keys", up: PackageResources.V0006_api_keys_up_sql, down: PackageResources.V0006_api_keys_down_sql),
                Migration(7, "plans", up: PackageResources.V0007_plans_up_sql, down: PackageResources.V0007_plans_down_sql),
                Migration(
                    8, "tool_permissions", up: PackageResources.V0008_tool_permissions_up_sql,
                    down: PackageResources.V0008_tool_permissions_down_sql),
                Migration(
                    9, "suspensions", up: PackageResources.V0009_suspensions_up_sql, down: PackageResources.V0009_suspensions_down_sql),
                Migration(
                    10, "registrations", up: PackageResources.V0010_registrations_up_sql,
                    down: PackageResources.V0010_registrations_down_sql),
                Migration(
                    11, "memberships", up: PackageResources.V0011_memberships_up_sql, down: PackageResources.V0011_memberships_down_sql),
                Migration(
                    12, "suspensions_and_spent_tokens", up: PackageResources.V0012_suspensions_and_spent_tokens_up_sql,
                    down: PackageResources.V0012_suspensions_and_spent_tokens_down_sql),
            ])
    }
}
