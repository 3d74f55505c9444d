import EventLoop
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Testing
import WireProtocol

@testable import AuthService

@Suite(.timeLimit(.minutes(15)))
struct SessionFlowTests {
    private static func refresh(_ auth: RunningAuth, _ token: String) async throws -> RunningAuth.Answer {
        try await auth.post("/api/v1/auth/refresh", ["refresh_token": .string(token)])
    }

    @Test("sessions and spent tokens past their time are forgotten, however many, and nothing else")
    func forgets() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let next = try await Self.refresh(auth, tokens.refreshToken)
            try await auth.administrator.query(
                """
                INSERT INTO auth.sessions (id, organization_id, user_id, client_id, created_at, expires_at)
                SELECT gen_random_uuid(), \(tokens.user.organizationID), \(tokens.user.id), 'x', now(), now() - interval '1 day'
                FROM generate_series(1, 12000)
                """)
            try await auth.administrator.query(
                "UPDATE auth.refresh_tokens SET expires_at = now() - interval '1 day' WHERE used_at IS NOT NULL")
            let database = auth.configuration.database.makeClient(on: auth.loop, loops: 1)
            defer { database.close() }
            try await SessionStore.deleteExpired(before: Timestamp(microseconds: auth.loop.wallClock), in: database.acrossTenants())
            let left = try await auth.administrator.query(
                "SELECT (SELECT count(*) FROM auth.sessions), (SELECT count(*) FROM auth.refresh_tokens)"
            ).map { try $0.decode((Int, Int).self) }
            #expect(left.map { [$0.0, $0.1] } == [[1, 1]])
            #expect(try await Self.refresh(auth, try #require(next["refresh_token"]?.string)).status == 200)
        }
    }

    @Test("a refresh gives nothing to a person who is being suspended")
    func suspendedMeanwhile() async throws {
        try await withAuth { auth in
            let ada = try await auth.register()
            let answer = try await auth.answer(during: "UPDATE auth.users SET status = 'suspended' WHERE id = \(ada.user.id)") {
                try await Self.refresh(auth, ada.refreshToken)
            }
            #expect(answer.status == 401)
        }
    }

    @Test("each refresh token works once and gives the next")
    func rotation() async throws {
        try await withAuth { auth in
            let first = try await auth.register()
            let second = try await Self.refresh(auth, first.refreshToken)
            #expect(second.status == 200)
            #expect(second.fields[.cacheControl] == "no-store")
            #expect(second["user"]?["id"]?.string == first.user.id.description)
            let token = try #require(second["refresh_token"]?.string)
            #expect(token != first.refreshToken)
            #expect(try await Self.refresh(auth, token).status == 200)
            let me = try await auth.get("/api/v1/auth/me", token: try #require(second["access_token"]?.string))
            #expect(me.status == 200)
        }
    }

    @Test("a refresh token that comes a second time ends its session, for thief and holder, and no other session")
    func reuse() async throws {
        try await withAuth { auth in
            let stolen = try await auth.register()
            let other = try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "correct horse battery"])
            let next = try await Self.refresh(auth, stolen.refreshToken)
            let newest = try #require(next["refresh_token"]?.string)

            let reused = try await Self.refresh(auth, stolen.refreshToken)
            #expect(reused.status == 401)
            #expect(reused.code == "invalid_token")
            #expect(try await Self.refresh(auth, newest).status == 401)

            let access = try #require(next["access_token"]?.string)
            let me = try await auth.waitForStatus(401) { try await auth.get("/api/v1/auth/me", token: access) }
            #expect(me.code == "invalid_token")
            #expect(try await Self.refresh(auth, try #require(other["refresh_token"]?.string)).status == 200)
        }
    }

    @Test("of two that use a refresh token at the same moment at most one is served, and the session ends")
    func race() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let tasks = (0..<4).map { _ in auth.loop.spawn { try await Self.refresh(auth, tokens.refreshToken) } }
            var answers: [RunningAuth.Answer] = []
            for task in tasks { answers.append(try await task.value) }
            let served = answers.filter { $0.status == 200 }
            #expect(served.count == 1)
            let next = try #require(served.first?["refresh_token"]?.string)
            #expect(try await Self.refresh(auth, next).status == 401)
        }
    }

    @Test("a refresh token that has expired or was never given out is refused")
    func unknown() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            try await auth.administrator.query("UPDATE auth.refresh_tokens SET expires_at = now() - interval '1 second'")
            #expect(try await Self.refresh(auth, tokens.refreshToken).status == 401)
            #expect(try await Self.refresh(auth, "trr_" + String(repeating: "A", count: 43)).status == 401)
            #expect(try await Self.refresh(auth, "x").status == 401)
        }
    }

    @Test("logging out ends the session: no refresh, and after a moment no access")
    func logOut() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let answer = try await auth.post("/api/v1/auth/logout", [:], token: tokens.accessToken)
            #expect(answer.status == 204)
            #expect(try await Self.refresh(auth, tokens.refreshToken).status == 401)
            let me = try await auth.waitForStatus(401) { try await auth.get("/api/v1/auth/me", token: tokens.accessToken) }
            #expect(me.status == 401)
            let rows: Int = try await auth.administrator.query("SELECT count(*) FROM auth.revocations").single()
            #expect(rows == 1)
        }
    }

    @Test("what is stored of a refresh token is its hash only")
    func storage() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let found: Int = try await auth.administrator.query(
                "SELECT count(*) FROM auth.refresh_tokens WHERE token_hash = sha256(\(Array(tokens.refreshToken.utf8)))"
            ).single()
            #expect(found == 1)
            let hash: String = try await auth.administrator.query("SELECT password_hash FROM auth.users").single()
            #expect(hash.hasPrefix("$2b$"))
        }
    }
}
