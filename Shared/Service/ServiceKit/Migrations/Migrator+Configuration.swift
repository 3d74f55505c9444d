package import EventLoop
internal import PostgresClient

extension Migrator {
    /// Brings the schema to a version as the role that owns it, and says what was done. Throws when the configuration names no such role.
    package func migrate(_ configuration: DatabaseConfiguration, to target: MigrationTarget, on loop: EventLoop) async throws -> String {
        let client = try configuration.makeOwnerClient(on: loop)
        defer { client.close() }
        guard let reached = try await migrate(client, to: target.version).last else { return "\(schema): nothing to migrate" }
        return "\(schema): migrated to version \(reached)"
    }
}
