import EventLoop
import PostgresClient
import ServiceKit
import Support
import Testing

@Suite("Migrations", .timeLimit(.minutes(15)))
struct MigratorTests {
    private static let migrations = [
        Migration(
            1, "books",
            up: """
                CREATE TABLE library.books (id bigint PRIMARY KEY, organization_id uuid NOT NULL); -- two statements
                GRANT SELECT ON library.books TO library;
                """, down: "DROP TABLE library.books;"),
        Migration(2, "titles", up: "ALTER TABLE books ADD title text NOT NULL DEFAULT ''", down: "ALTER TABLE books DROP title"),
        Migration(3, "shelves", up: "CREATE TABLE shelves (id int); SELECT 1", down: "DROP TABLE shelves"),
    ]

    /// The runner's client and the serving client, with the roles that an installation has.
    private func withLibrary(
        _ body: @escaping @Sendable (EventLoop, _ owner: PostgresClient, _ service: PostgresClient) async throws -> Void
    ) async throws {
        try await withDatabase { loop, database in
            try await database.addService("library", loop)
            let owner = PostgresClient(loop, database.configuration(user: "library_owner", tenantSetting: "app.organization"))
            let service = PostgresClient(loop, database.configuration(user: "library", tenantSetting: "app.organization"))
            defer {
                owner.close()
                service.close()
            }
            try await body(loop, owner, service)
        }
    }

    @Test("a schema goes forward to the latest version, back, and forward again")
    func forwardAndBack() async throws {
        try await withLibrary { _, owner, service in
            let migrator = try Migrator(schema: "library", migrations: Self.migrations)
            var steps = try await migrator.migrate(owner)
            #expect(steps == [1, 2, 3])
            #expect(try await migrator.currentVersion(service) == 3)
            steps = try await migrator.migrate(owner)
            #expect(steps == [])
            steps = try await migrator.migrate(owner, to: 1)
            #expect(steps == [2, 1])
            let columns: [String] = try await owner.query(
                "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'library.books'::regclass AND attnum > 0 AND NOT attisdropped"
            ).single()
            #expect(columns == ["id", "organization_id"])
            steps = try await migrator.migrate(owner, to: 0)
            #expect(steps == [0])
            #expect(try await migrator.currentVersion(service) == 0)
            steps = try await migrator.migrate(owner)
            #expect(steps == [1, 2, 3])
        }
    }

    @Test("a step that loses a deadlock, or gets no lock, is begun again, ten times in all", arguments: ["40P01", "55P03"])
    func conflict(state: String) async throws {
        try await withLibrary { _, owner, service in
            /// Fails until it was begun so often: a sequence keeps what a transaction that was rolled back took from it.
            func migrator(failures: Int) throws -> Migrator {
                let count = Migration(1, "count", up: "CREATE SEQUENCE library.begun", down: "")
                let busy = """
                    DO $$ BEGIN
                        IF nextval('library.begun') <= \(failures) THEN RAISE EXCEPTION 'busy' USING ERRCODE = '\(state)'; END IF;
                    END $$
                    """
                return try Migrator(schema: "library", migrations: [count, Migration(2, "busy", up: busy, down: "")])
            }
            await #expect(throws: MigrationError.self) { try await migrator(failures: 1000).migrate(owner) }
            #expect(try await owner.query("SELECT last_value FROM library.begun").single() == 10)
            let steps = try await migrator(failures: 19).migrate(owner)
            #expect(steps == [2])
            #expect(try await migrator(failures: 0).currentVersion(service) == 2)
        }
    }

    @Test("a script that fails leaves the version before it, and says where it failed")
    func failure() async throws {
        try await withLibrary { _, owner, service in
            let broken = Migration(2, "broken", up: "CREATE TABLE half (id int); SELECT nonsense", down: "")
            let migrator = try Migrator(schema: "library", migrations: [Self.migrations[0], broken])
            let error = await #expect(throws: MigrationError.self) { try await migrator.migrate(owner) }
            #expect(error?.description.contains("the migration 2 (broken) of library failed") == true)
            #expect(error?.description.contains("nonsense") == true)
            #expect(error?.description.contains("statement 2, ") == true)
            let half: Bool = try await owner.query("SELECT to_regclass('library.half') IS NOT NULL").single()
            #expect(!half)
            #expect(try await migrator.currentVersion(service) == 1)
            #expect(
                await #expect(throws: MigrationError.self) { try await migrator.requireVersion(client: service) }
                    == .schemaTooOld(schema: "library", version: 1, needed: 2))
            try await migrator.requireVersion(1, client: service)
            // The next start, of a version without the mistake, carries on from there.
            let mended = try Migrator(schema: "library", migrations: Self.migrations)
            let steps = try await mended.migrate(owner)
            #expect(steps == [2, 3])
        }
    }

    @Test("several migrators at once apply each migration once")
    func concurrent() async throws {
        try await withLibrary { loop, owner, _ in
            let migrator = try Migrator(schema: "library", migrations: Self.migrations)
            var applied: [Int] = []
            try await loop.withTaskScope { scope in
                for _ in 0..<4 { scope.spawn { applied += try await migrator.migrate(owner) } }
            }
            #expect(applied.sorted() == [1, 2, 3])
        }
    }

    @Test("a program older than the schema serves it, but does not take back what it does not know")
    func olderProgram() async throws {
        try await withLibrary { _, owner, service in
            try await Migrator(schema: "library", migrations: Self.migrations).migrate(owner)
            let older = try Migrator(schema: "library", migrations: Array(Self.migrations.prefix(2)))
            let steps = try await older.migrate(owner)
            #expect(steps == [])
            try await older.requireVersion(client: service)
            for target in [0, 1, 2] {
                let error = await #expect(throws: MigrationError.self) { try await older.migrate(owner, to: target) }
                #expect(error == .unknown(schema: "library", version: 3, name: "shelves"))
            }
            let renamed = Migration(2, "other", up: "", down: "")
            let forked = try Migrator(schema: "library", migrations: [Self.migrations[0], renamed])
            await #expect(throws: MigrationError.unknown(schema: "library", version: 2, name: "titles")) { try await forked.migrate(owner) }
        }
    }

    @Test("the serving role may not migrate")
    func rights() async throws {
        try await withLibrary { _, _, service in
            let migrator = try Migrator(schema: "library", migrations: Self.migrations)
            let error = await #expect(throws: PostgresError.self) { try await migrator.migrate(service) }
            #expect(error?.state == .insufficientPrivilege)
        }
    }

    @Test("migrations that are not numbered 1, 2, 3 are refused")
    func numbering() {
        #expect(throws: MigrationError.misnumbered(schema: "library", version: 3)) {
            try Migrator(schema: "library", migrations: [Self.migrations[0], Self.migrations[2]])
        }
        #expect(throws: MigrationError.misnumbered(schema: "library", version: 1)) {
            try Migrator(schema: "library", migrations: [Self.migrations[0], Self.migrations[0]])
        }
    }
}
