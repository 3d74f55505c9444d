package import PostgresClient

/// Brings one schema from version to version. What has been applied is in the schema's own table `schema_migrations`.
///
/// Each migration is one transaction, which holds an advisory lock: several migrators at once do each other's work, never the same twice.
/// Migrating needs the role that owns the schema; asking for the version does not.
package struct Migrator: Sendable {
    package let schema: String
    package let migrations: [Migration]

    /// `migrations` in the order of their versions; throws `MigrationError.misnumbered`.
    package init(schema: String, migrations: [Migration]) throws {
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            throw MigrationError.misnumbered(schema: schema, version: migration.version)
        }
        self.schema = schema
        self.migrations = migrations
    }

    /// The version that this program knows as the latest.
    package var latestVersion: Int { migrations.count }

    /// The version that the database has; 0 before the first migration.
    package func currentVersion(_ client: PostgresClient) async throws -> Int {
        try await version(client.withoutTenant())
    }

    /// Throws `MigrationError.schemaTooOld` unless the database has at least the version `needed` (by default the latest).
    /// A newer one is served: a migration must leave the program before it working.
    package func requireVersion(_ needed: Int? = nil, client: PostgresClient) async throws {
        let (needed, current) = (needed ?? latestVersion, try await currentVersion(client))
        guard current >= needed else { throw MigrationError.schemaTooOld(schema: schema, version: current, needed: needed) }
    }

    /// Goes forward, or back, to a version (by default forward to the latest; never back unless asked). Returns the versions it went through.
    @discardableResult
    package func migrate(_ client: PostgresClient, to target: Int? = nil) async throws -> [Int] {
        if let target, !(0...latestVersion).contains(target) { throw MigrationError.noSuchVersion(schema: schema, version: target) }
        var steps: [Int] = []
        while let step = try await step(client, to: target) { steps.append(step) }
        return steps
    }

    // MARK: One step

    /// So often a step is begun: among the statements of a busy system it may lose a deadlock, or wait for a table in vain.
    private static let attempts = 10

    /// Applies or takes back one migration; nil when there is nothing to do.
    private func step(_ client: PostgresClient, to target: Int?, attempt: Int = 1) async throws -> Int? {
        var current: Migration?
        do {
            // Across tenants: forced row security binds the owner too, and a migration may have to change rows.
            return try await client.acrossTenants().transaction { transaction in
                try await prepare(transaction)
                let version = try await version(transaction)
                try await requireKnown(transaction, goingBack: target.map { $0 < version } ?? false)
                if let target, target < version {
                    let migration = migrations[version - 1]
                    current = migration
                    try await transaction.run(unsafeScript: migration.down)
                    try await transaction.query("DELETE FROM \(fragment: table) WHERE version = \(version)")
                    return version - 1
                }
                guard version < target ?? latestVersion else { return nil }
                let migration = migrations[version]
                current = migration
                try await transaction.run(unsafeScript: migration.up)
                try await transaction.query(
                    "INSERT INTO \(fragment: table) (version, name) VALUES (\(migration.version), \(migration.name))")
                return migration.version
            }
        } catch let error as PostgresError {
            guard let current else { throw error }
            if let state = error.state, [.deadlockDetected, .lockNotAvailable].contains(state), attempt < Self.attempts {
                return try await step(client, to: target, attempt: attempt + 1)
            }
            throw MigrationError.failed(schema: schema, version: current.version, name: current.name, reason: error.description)
        }
    }

    /// Takes the lock and makes the table.
    private func prepare(_ transaction: PostgresTransaction) async throws {
        // A migration may run long, and another migrator may hold the lock for as long; tables, however, are waited for briefly only:
        // whoever comes behind a statement that waits for a table's lock waits too.
        try await transaction.queries([
            "SELECT set_config('statement_timeout', '0', true), set_config('search_path', \(schema + ", public"), true)",
            "SELECT set_config('app.lock_timeout', current_setting('lock_timeout'), true), set_config('lock_timeout', '0', true)",
            "SELECT pg_advisory_xact_lock(hashtextextended('migrations of ' || \(schema), 0))",
            "SELECT set_config('lock_timeout', current_setting('app.lock_timeout'), true)",
        ])
        guard try await !exists(transaction) else { return }
        let hasSchema: Bool = try await transaction.query("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = \(schema))").single()
        // Creating it "if it does not exist" asks for the right to create it even when it does.
        if !hasSchema { try await transaction.query("CREATE SCHEMA \(unsafeSQL: quoted(schema))") }
        try await transaction.query(
            """
            CREATE TABLE \(fragment: table) (
                version integer PRIMARY KEY,
                name text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        let hasService: Bool = try await transaction.query("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = \(schema))").single()
        if hasService { try await transaction.query("GRANT SELECT ON \(fragment: table) TO \(unsafeSQL: quoted(schema))") }
    }

    /// Going back over a migration that the program does not know would leave a schema that nobody knows.
    private func requireKnown(_ transaction: PostgresTransaction, goingBack: Bool) async throws {
        for row in try await transaction.query("SELECT version, name FROM \(fragment: table) ORDER BY version") {
            let (version, name) = try row.decode((Int, String).self)
            let isKnown = migrations.indices.contains(version - 1) && migrations[version - 1].name == name
            // One that is newer than all the program knows is no harm when going forward.
            if !isKnown, version <= latestVersion || goingBack {
                throw MigrationError.unknown(schema: schema, version: version, name: name)
            }
        }
    }

    private func version(_ database: some PostgresQueryable) async throws -> Int {
        guard try await exists(database) else { return 0 }
        return try await database.query("SELECT coalesce(max(version), 0) FROM \(fragment: table)").single()
    }

    private func exists(_ database: some PostgresQueryable) async throws -> Bool {
        try await database.query(
            "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = \(schema) AND tablename = 'schema_migrations')"
        ).single()
    }

    private var table: PostgresQuery { PostgresQuery(unsafeSQL: quoted(schema) + ".schema_migrations") }

    private func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
