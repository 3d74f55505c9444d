import AuthService
import EventLoop
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct TablesTests {
    @Test(
        "an upgrade from before there were simulations gives the built-in roles their permissions, once, and no role of an organisation's own"
    )
    func simulationPermissions() async throws {
        try await withAuth { auth in
            let person = try await auth.register().user
            try await auth.administrator.query(
                "INSERT INTO auth.roles (organization_id, name, permissions) VALUES (\(person.organizationID), 'user', '{agents:read}')")
            func migrate(to version: Int) async throws {
                _ = try await AuthServer.migrate(auth.configuration, MigrationTarget(version: version), auth.loop)
            }
            func permissions(_ condition: PostgresQuery) async throws -> [[String]] {
                try await auth.administrator.query("SELECT permissions FROM auth.roles WHERE \(fragment: condition) ORDER BY name")
                    .map { try $0.decode([String].self, at: 0) }
            }
            let builtIn: PostgresQuery = "organization_id = '00000000-0000-0000-0000-000000000000'"
            let own: PostgresQuery = "organization_id = \(person.organizationID)"
            try await migrate(to: 4)
            let before = try await permissions(builtIn)
            #expect(before.count == 3 && before.allSatisfy { !$0.contains("simulations:read") && $0.contains("conversations:write") })
            // The step alone, as in an upgrade.
            try await migrate(to: 5)
            #expect(try await permissions(builtIn) == before.map { $0 + ["simulations:read", "simulations:write"] })
            #expect(try await permissions(own) == [["agents:read"]])
            try await migrate(to: 4)
            #expect(try await permissions(builtIn) == before)
        }
    }

    @Test("the serving role sees nothing without an organisation, its own rows with one, and cannot write another's")
    func tenants() async throws {
        try await withAuth { auth in
            let ada = try await auth.register().user
            let bob = try await auth.register("bob@example.org").user
            let client = auth.configuration.database.makeClient(on: auth.loop, loops: 1)
            defer { client.close() }
            for table in ["organizations", "users", "memberships", "sessions", "refresh_tokens", "signing_keys", "revocations"] {
                let rows: Int = try await client.query("SELECT count(*) FROM auth.\(unsafeSQL: table)").single()
                #expect(rows == 0, "\(table)")
            }
            let seen = try await client.as(ada.organizationID).query("SELECT id FROM auth.users").map { try $0.decode(UserID.self, at: 0) }
            #expect(seen == [ada.id])
            let written = try await client.as(ada.organizationID).query(
                "UPDATE auth.users SET display_name = 'x' WHERE id = \(bob.id)")
            #expect(written.affectedRows == 0)
            func isRefused(_ scope: PostgresScope, _ query: PostgresQuery) async -> Bool {
                do { return try await scope.query(query).affectedRows < 0 } catch { return error is PostgresError }
            }
            #expect(
                await isRefused(
                    client.as(ada.organizationID),
                    "INSERT INTO auth.memberships (organization_id, user_id, role) VALUES (\(bob.organizationID), \(ada.id), 'admin')"))
            #expect(await isRefused(client.acrossTenants(), "DELETE FROM auth.users"))
            #expect(await isRefused(client.withoutTenant(), "CREATE TABLE auth.x (id int)"))
        }
    }

    @Test("the built-in roles name permissions that exist, and no internal one")
    func builtInRoles() async throws {
        try await withAuth { auth in
            let names = try await auth.administrator.query("SELECT DISTINCT unnest(permissions) FROM auth.roles")
                .map { try $0.decode(String.self, at: 0) }
            #expect(!names.isEmpty)
            for name in names {
                let permission = Permission(rawValue: name)
                #expect(permission.map { $0 != .unknown && !$0.isInternal } == true, "\(name)")
            }
        }
    }

    @Test("a revocation that was begun earlier and committed later still has the lower position, and no reader passes it by")
    func revocationOrder() async throws {
        try await withAuth { auth in
            let organization = try await auth.register().user.organizationID
            let client = auth.configuration.database.makeClient(on: auth.loop, loops: 1)
            defer { client.close() }
            let statement: PostgresQuery = """
                INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
                VALUES (\(organization), 'session', gen_random_uuid(), now(), now() + interval '1 hour') RETURNING position
                """
            func visible() async throws -> [Int] {
                try await client.acrossTenants().query("SELECT position FROM auth.revocations ORDER BY position")
                    .map { try $0.decode(Int.self, at: 0) }
            }
            let begun = Signal(on: auth.loop)
            var hasBegun = false
            let second = auth.loop.spawn {
                try await begun.wait { !hasBegun }
                return try await client.as(organization).transaction { try await $0.query(statement) }
            }
            try await client.as(organization).transaction { transaction in
                _ = try await transaction.query(statement)
                hasBegun = true
                begun.notify()
                // The second one waits for the lock that the first holds: only then is it known to have come later.
                let isWaiting: PostgresQuery = """
                    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                    """
                try await auth.loop.eventually { try await transaction.query(isWaiting).single() }
                #expect(!second.isDone)
            }
            let position: Int = try await second.value.single()
            #expect(position == 2)
            #expect(try await visible() == [1, 2])
        }
    }

    @Test("verifiers get revocations in pages and find where they were")
    func revocationPages() async throws {
        try await withAuth { auth in
            for name in ["ada", "bob", "eve"] {
                let tokens = try await auth.register("\(name)@example.org")
                _ = try await auth.post("/api/v1/auth/logout", [:], token: tokens.accessToken)
            }
            let service = try await auth.serviceToken()
            let first = try await auth.get("/internal/v1/revocations?limit=2", token: service)
            #expect(first["data"]?.elements?.count == 2)
            #expect(first["has_more"]?.bool == true)
            let cursor = try #require(first["cursor"]?.string)
            let second = try await auth.get("/internal/v1/revocations?limit=2&after=\(cursor)", token: service)
            #expect(second["data"]?.elements?.count == 1)
            #expect(second["has_more"]?.bool == false)
            #expect(second["data"]?[0]?["kind"]?.string == "session")
            let last = try #require(second["cursor"]?.string)
            let nothing = try await auth.get("/internal/v1/revocations?after=\(last)", token: service)
            #expect(nothing["data"] == [])
            #expect(nothing["cursor"]?.string == last)
            #expect(try await auth.get("/internal/v1/revocations?after=x", token: service).status == 422)
            #expect(try await auth.get("/internal/v1/revocations?after=-1", token: service).status == 422)
        }
    }
}
