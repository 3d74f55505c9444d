import EventLoop
import Foundation
import PostgresClient
import ServiceKit
import Support
import Testing

/// The promises that the migrations of every service keep, checked on the files themselves.
@Suite("The services' migrations", .timeLimit(.minutes(15)))
struct ServiceMigrationTests {
    struct Service: Sendable, CustomTestStringConvertible {
        var folder: String
        var schema: String
        var migrations: [Migration]
        var testDescription: String { folder }
    }

    private static let services = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Services").standardized

    static let all: [Service] = {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: services.path)) ?? []
        return folders.sorted().compactMap { folder in
            let place = services.appending(path: "\(folder)/Migrations")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
            if names.isEmpty { return nil }
            func read(_ name: String) -> String { (try? String(contentsOf: place.appending(path: name), encoding: .utf8)) ?? "" }
            let stems = names.filter { $0.hasSuffix(".up.sql") }.map { String($0.dropLast(".up.sql".count)) }.sorted()
            let migrations = stems.map { stem in
                Migration(
                    Int(stem.dropFirst().prefix(4)) ?? 0, String(stem.dropFirst(6)), up: read("\(stem).up.sql"),
                    down: read("\(stem).down.sql"))
            }
            let schema = folder.replacing(/(?<small>[a-z])(?<large>[A-Z])/) { "\($0.small)_\($0.large)" }.lowercased()
            return Service(folder: folder, schema: schema, migrations: migrations)
        }
    }()

    @Test("those of all services are found and can be read")
    func found() {
        #expect(Self.all.map(\.folder) == ["Agent", "Auth", "File", "Simulation", "ToolExecution"])
        #expect(Self.all.allSatisfy { !$0.migrations.isEmpty && $0.migrations.allSatisfy { !$0.up.isEmpty } })
    }

    @Test("they go forward, all the way back, and forward again", arguments: all)
    func forwardAndBack(service: Service) async throws {
        let migrator = try Migrator(schema: service.schema, migrations: service.migrations)
        try await withDatabase { loop, database in
            try await database.addService(service.schema, loop)
            let owner = PostgresClient(
                loop, database.configuration(user: "\(service.schema)_owner", tenantSetting: DatabaseConfiguration.tenantSetting))
            defer { owner.close() }
            try await migrator.migrate(owner)
            try await migrator.migrate(owner, to: 0)
            let left = try await owner.query(
                """
                SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(service.schema) AND c.relname NOT LIKE 'schema_migrations%'
                UNION ALL SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = \(service.schema)
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(left == [], "what `down` leaves behind")
            let again = try await migrator.migrate(owner)
            #expect(again.count == service.migrations.count)
        }
    }

    /// Tables about the installation's own processes, which work for everyone.
    private static let withoutOrganization: Set = ["nodes", "workers"]

    @Test("every table names its organisation and forces row-level security", arguments: all)
    func rowSecurity(service: Service) async throws {
        let migrator = try Migrator(schema: service.schema, migrations: service.migrations)
        try await withDatabase { loop, database in
            try await database.addService(service.schema, loop)
            let owner = PostgresClient(
                loop, database.configuration(user: "\(service.schema)_owner", tenantSetting: DatabaseConfiguration.tenantSetting))
            defer { owner.close() }
            try await migrator.migrate(owner)
            // A partition is reached through its table, whose policies hold.
            let unprotected = try await owner.query(
                """
                SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(service.schema) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migrations'
                    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped)
                    AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
                ORDER BY 1
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(unprotected == [])
            let nameless = try await owner.query(
                """
                SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(service.schema) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migrations'
                    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull
                        AND a.atttypid = 'uuid'::regtype)
                ORDER BY 1
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(Set(nameless).isSubset(of: Self.withoutOrganization))
        }
    }

    @Test("each one has its way back and is in its service's list", arguments: all)
    func listed(service: Service) throws {
        let folder = Self.services.appending(path: service.folder)
        let files =
            FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") } ?? []
        let source = try files.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined()
        for migration in service.migrations {
            #expect(!migration.down.isEmpty)
            // A service that does not migrate anything yet has no list.
            guard source.contains("Migrator(") else { continue }
            let number = String(migration.version)
            let stem = "V" + String(repeating: "0", count: 4 - number.count) + number + "_" + migration.name
            #expect(source.contains("PackageResources.\(stem)_up_sql"))
            #expect(source.contains("PackageResources.\(stem)_down_sql"))
        }
    }
}
