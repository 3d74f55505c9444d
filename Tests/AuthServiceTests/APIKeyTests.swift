import AuthService
import EventLoop
import HTTPMessage
import JSON
import PostgresClient
import Support
import Testing
import WireProtocol

@Suite("API keys", .timeLimit(.minutes(15)))
struct APIKeyTests {
    private static func exchange(_ auth: RunningAuth, _ secret: String) async throws -> RunningAuth.Answer {
        let gateway = try await auth.token([("grant_type", "client_credentials")], client: ("gateway", RunningAuth.gatewaySecret))
        return try await auth.post("/internal/v1/api-keys/exchange", ["secret": .string(secret)], token: gateway["access_token"]?.string)
    }

    @Test("a key is shown once, stands for its owner in both shapes, and is worth nothing when it is revoked")
    func life() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            let made = try await auth.post("/api/v1/api-keys", ["name": "notebook"], token: owner.accessToken)
            #expect(made.status == 201 && made.fields[.cacheControl] == "no-store")
            let secret = try #require(made["secret"]?.string)
            let shape = try #require(made["e2b_secret"]?.string)
            #expect(secret.wholeMatch(of: /trp_[0-9a-f]{40}/) != nil && shape.wholeMatch(of: /e2b_[0-9a-f]{40}/) != nil)
            for text in [secret, shape] {
                let token = try #require(try await Self.exchange(auth, text)["access_token"]?.string)
                #expect(try await auth.get("/api/v1/auth/me", token: token)["id"]?.string == owner.user.id.description)
                #expect(try await auth.post("/api/v1/api-keys", ["name": "more"], token: token).status == 403)
            }
            let list = try await auth.get("/api/v1/api-keys", token: owner.accessToken)
            let listed = try #require(list["data"]?[0])
            #expect(listed["name"] == "notebook" && listed["last_used_at"]?.string != nil && listed["secret"] == nil)
            #expect(secret.contains(try #require(listed["hint"]?.string)))

            let token = try #require(try await Self.exchange(auth, secret)["access_token"]?.string)
            let path = "/api/v1/api-keys/\(try #require(listed["id"]?.string))"
            let stranger = try await auth.register("eve@example.org")
            #expect(try await auth.delete(path, token: stranger.accessToken).status == 404)
            #expect(try await auth.delete(path, token: owner.accessToken).status == 204)
            #expect(try await Self.exchange(auth, secret).status == 404)
            let refused = try await auth.waitForStatus(401) { try await auth.get("/api/v1/auth/me", token: token) }
            #expect(refused.code == "invalid_token")
            let ends: Bool = try await auth.administrator.query(
                "SELECT bool_and(expires_at < 'infinity') FROM auth.sessions WHERE ended_at IS NOT NULL"
            ).single()
            #expect(ends, "the session of the key is forgotten in time")
        }
    }

    @Test("keys are listed in pages, newest first, and all of them where no limit is given")
    func pages() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            for name in ["a", "b", "c"] {
                #expect(try await auth.post("/api/v1/api-keys", ["name": .string(name)], token: owner.accessToken).status == 201)
            }
            func names(_ page: RunningAuth.Answer) -> [JSONValue?]? { page["data"]?.elements?.map { $0["name"] } }
            let all = try await auth.get("/api/v1/api-keys", token: owner.accessToken)
            #expect(names(all) == ["c", "b", "a"] && all["has_more"] == false && all["next_cursor"] == .null)
            #expect(all.fields[.link] == nil)
            let first = try await auth.get("/api/v1/api-keys?limit=2", token: owner.accessToken)
            #expect(names(first) == ["c", "b"] && first["has_more"] == true)
            let next = "/api/v1/api-keys?limit=2&cursor=\(try #require(first["next_cursor"]?.string))"
            #expect(first.fields[.link] == "<\(next)>; rel=\"next\"")
            let last = try await auth.get(next, token: owner.accessToken)
            #expect(names(last) == ["a"] && last["has_more"] == false && last["next_cursor"] == .null)
            for query in ["cursor=x", "limit=0", "limit=101"] {
                #expect(try await auth.get("/api/v1/api-keys?\(query)", token: owner.accessToken).status == 422, "\(query)")
            }
        }
    }

    @Test("a key gives nothing to a person who is being suspended")
    func suspendedMeanwhile() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            let key = try await auth.post("/api/v1/api-keys", ["name": "notebook"], token: owner.accessToken)
            let secret = try #require(key["secret"]?.string)
            let answer = try await auth.answer(during: "UPDATE auth.users SET status = 'suspended' WHERE id = \(owner.user.id)") {
                try await Self.exchange(auth, secret)
            }
            #expect(answer.status == 404)
        }
    }

    @Test("a session that ends while it asks for a key gets none")
    func endedMeanwhile() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            let session = try #require(RunningAuth.claims(of: owner.accessToken).sid)
            let made = try await auth.administrator.transaction { transaction in
                try await transaction.query("SELECT FROM auth.users WHERE id = \(owner.user.id) FOR UPDATE")
                let making = auth.loop.spawn { try await auth.post("/api/v1/api-keys", ["name": "late"], token: owner.accessToken) }
                let isWaiting: PostgresQuery = """
                    SELECT EXISTS (SELECT FROM pg_locks w JOIN pg_locks l USING (pid) WHERE NOT w.granted AND l.locktype = 'relation'
                        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                    """
                try await auth.loop.eventually { try await transaction.query(isWaiting).single() }
                try await transaction.query("UPDATE auth.sessions SET ended_at = now(), end_reason = 'logged_out' WHERE id = \(session)")
                return making
            }
            #expect(try await made.value.status == 401)
            #expect(try await auth.administrator.query("SELECT count(*) FROM auth.api_keys").single(Int.self) == 0)
        }
    }

    @Test("a key allows no more than the token that made it, however that was narrowed")
    func scope() async throws {
        try await withAuth { auth in
            func make(_ token: JSONValue?) async throws -> String {
                let made = try await auth.post("/api/v1/api-keys", ["name": "narrow"], token: token?.string)
                return try #require(made["secret"]?.string, "\(made.json)")
            }
            let owner = try await auth.register()
            let all = try #require(try await Self.exchange(auth, make(.string(owner.accessToken)))["scope"]?.string)
            #expect(all.split(separator: " ").count > 2)

            let login = [("grant_type", "password"), ("username", "ada@example.org"), ("password", "correct horse battery")]
            let limited = try await auth.token(login + [("scope", "files:read files:write")])
            let key = try await make(limited["access_token"])
            #expect(try await Self.exchange(auth, key)["scope"]?.string == "files:read files:write")

            let refresh = [("grant_type", "refresh_token"), ("refresh_token", try #require(limited["refresh_token"]?.string))]
            let narrowed = try await auth.token(refresh + [("scope", "files:read")])
            let narrowKey = try await make(narrowed["access_token"])
            #expect(try await Self.exchange(auth, narrowKey)["scope"]?.string == "files:read")
        }
    }

    @Test("a service that acts for a person manages none of their keys")
    func delegated() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            let made = try await auth.post("/api/v1/api-keys", ["name": "mine"], token: owner.accessToken)
            let claims = try RunningAuth.claims(of: owner.accessToken)
            let subject = DelegationSubject(
                userID: owner.user.id, organizationID: owner.user.organizationID, sessionID: try #require(claims.sid),
                scopes: ["files:read"])
            let exchanged = try await auth.token(
                [
                    ("grant_type", GrantType.tokenExchange.rawValue), ("subject_token_type", TokenType.verifiedClaims.rawValue),
                    ("subject_token", String(decoding: try JSONCodec.encode(subject), as: UTF8.self)),
                ], client: ("agent", RunningAuth.agentSecret))
            let token = try #require(exchanged["access_token"]?.string)
            #expect(try await auth.post("/api/v1/api-keys", ["name": "more"], token: token).status == 403)
            let path = "/api/v1/api-keys/\(try #require(made["api_key"]?["id"]?.string))"
            #expect(try await auth.delete(path, token: token).status == 403)
        }
    }

    @Test("a token ends with the key that it was given for")
    func expiry() async throws {
        try await withAuth { auth in
            let owner = try await auth.register()
            let made = try await auth.post("/api/v1/api-keys", ["name": "short", "expires_in_days": 1], token: owner.accessToken)
            let secret = try #require(made["secret"]?.string)
            #expect(try await Self.exchange(auth, secret)["expires_in"]?.int == TokenLifetimes.access)

            try await auth.administrator.query("UPDATE auth.api_keys SET expires_at = now() + interval '10 minutes'")
            let answer = try await Self.exchange(auth, secret)
            let seconds = try #require(answer["expires_in"]?.int)
            #expect((1...600).contains(seconds))
            let claims = try RunningAuth.claims(of: try #require(answer["access_token"]?.string))
            #expect(claims.exp - claims.iat == seconds)

            try await auth.administrator.query("UPDATE auth.api_keys SET expires_at = now() - interval '1 second'")
            #expect(try await Self.exchange(auth, secret).status == 404)
        }
    }

    @Test(
        "what is no key gives no token",
        arguments: ["", "trp_", "e2b_" + String(repeating: "0", count: 40), "trr_abc", "trp_" + String(repeating: "G", count: 40)])
    func refused(secret: String) async throws {
        try await withAuth { auth in
            let answer = try await Self.exchange(auth, secret)
            #expect(answer.status == 404 || secret.isEmpty && answer.status == 422)
        }
    }

    @Test("only services exchange keys")
    func internalOnly() async throws {
        try await withAuth { auth in
            let person = try await auth.register()
            let answer = try await auth.post("/internal/v1/api-keys/exchange", ["secret": "trp_x"], token: person.accessToken)
            #expect(answer.status == 403)
        }
    }
}
