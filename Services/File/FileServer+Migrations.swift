package import EventLoop
package import ServiceKit

extension FileServer {
    /// Brings the schema to a version, and says what was done.
    package static func migrate(_ configuration: FileConfiguration, _ target: MigrationTarget, _ loop: EventLoop) async throws -> String {
        try await migrator().migrate(configuration.database, to: target, on: loop)
    }

    static func migrator() throws -> Migrator {
        try Migrator(
            schema: "file",
            migrations: [Migration(1, "files", up: PackageResources.V0001_files_up_sql, down: PackageResources.V0001_files_down_sql)])
    }
}
