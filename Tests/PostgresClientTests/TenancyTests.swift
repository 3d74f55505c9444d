import EventLoop
import PostgresClient
import Support
import Testing

@Suite("Tenancy", .timeLimit(.minutes(15)))
struct TenancyTests {
    private static let (one, two) = (PostgresUUID(high: 0, low: 1), PostgresUUID(high: 0, low: 2))

    /// A client with the serving role, and two notes, one of each tenant, in a table under forced row security.
    private func withNotes(_ body: @escaping @Sendable (EventLoop, PostgresClient) async throws -> Void) async throws {
        try await withDatabase { loop, database in
            try await database.addService("notebook", loop)
            let owner = PostgresClient(loop, database.configuration(user: "notebook_owner", tenantSetting: "app.tenant"))
            let client = PostgresClient(loop, database.configuration(user: "notebook", tenantSetting: "app.tenant"))
            defer {
                owner.close()
                client.close()
            }
            try await owner.transaction {
                try await $0.run(
                    unsafeScript: """
                        CREATE TABLE notes (tenant uuid NOT NULL, note text);
                        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
                        CREATE POLICY tenant ON notes USING (current_setting('app.tenant', true) IN (tenant::text, '*'));
                        GRANT SELECT, INSERT ON notes TO notebook;
                        """)
            }
            for tenant in [Self.one, Self.two] {
                try await client.as(tenant).query("INSERT INTO notes VALUES (\(tenant), \("of \(tenant)"))")
            }
            try await body(loop, client)
        }
    }

    private static func notes(_ database: some PostgresQueryable) async throws -> [PostgresUUID] {
        try await database.query("SELECT tenant FROM notes ORDER BY tenant").map { try $0.decode(at: 0) }
    }

    @Test("a statement sees the rows of its tenant, whatever others on the connection see")
    func statements() async throws {
        try await withNotes { loop, client in
            let cases: [(PostgresScope, [PostgresUUID])] = [
                (client.as(Self.one), [Self.one]), (client.withoutTenant(), []), (client.as(Self.two), [Self.two]),
                (client.acrossTenants(), [Self.one, Self.two]),
            ]
            try await loop.withTaskScope { scope in
                for place in 0..<200 {
                    scope.spawn {
                        let (database, expected) = cases[place % 4]
                        let seen = try await Self.notes(database)
                        #expect(seen == expected)
                    }
                }
            }
            #expect(client.counters.connectionsOpened == 1)
            let error = await #expect(throws: PostgresError.self) {
                _ = try await client.as(Self.one).query("INSERT INTO notes VALUES (\(Self.two), '')")
            }
            #expect(error?.state == .insufficientPrivilege)
        }
    }

    @Test("a transaction sees the rows of its tenant, and leaves nothing behind on its connection")
    func transactions() async throws {
        try await withNotes { _, client in
            for _ in 0..<3 {
                let mine = try await client.as(Self.one).transaction { try await Self.notes($0) }
                #expect(mine == [Self.one])
                let none = try await client.transaction { try await Self.notes($0) }
                #expect(none == [])
            }
        }
    }

    @Test("submissions of several tenants in one group see their own rows")
    func writer() async throws {
        try await withNotes { loop, client in
            let scopes = [client.as(Self.one), client.withoutTenant(), client.as(Self.two), client.as(Self.two), client.acrossTenants()]
            let expected = [1, 0, 1, 1, 2]
            var counts = Array(repeating: -1, count: 500)
            try await loop.withTaskScope { scope in
                for place in counts.indices {
                    scope.spawn { counts[place] = try await scopes[place % 5].submit(["SELECT count(*) FROM notes"])[0].single() }
                }
            }
            #expect(counts == counts.indices.map { expected[$0 % 5] })
        }
    }
}
