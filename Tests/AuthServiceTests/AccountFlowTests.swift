import EventLoop
import HTTPMessage
import JSON
import PostgresClient
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct AccountFlowTests {
    @Test("who registers is logged in, in an organisation of their own")
    func registration() async throws {
        try await withAuth { auth in
            let answer = try await auth.register("Ada@Example.org")
            #expect(answer.tokenType == "Bearer")
            #expect(answer.expiresIn == 1800)
            #expect(answer.user.roles == ["creator"])
            let me = try await auth.get("/api/v1/auth/me", token: answer.accessToken)
            #expect(me.status == 200)
            #expect(me["id"]?.string == answer.user.id.description)
            #expect(me["email"]?.string == "Ada@Example.org")
            #expect(me["organization_id"]?.string == answer.user.organizationID.description)
            let other = try await auth.register("bob@example.org")
            #expect(other.user.organizationID != answer.user.organizationID)
        }
    }

    @Test("answers with credentials must not be cached")
    func caching() async throws {
        try await withAuth { auth in
            let answer = try await auth.post(
                "/api/v1/users/register", ["email": "ada@example.org", "password": "correct horse battery", "display_name": "Ada"])
            #expect(answer.status == 201)
            #expect(answer.fields[.cacheControl] == "no-store")
            let login = try await auth.post("/api/v1/users/login", ["email": "ADA@example.org", "password": "correct horse battery"])
            #expect(login.status == 200)
            #expect(login.fields[.cacheControl] == "no-store")
        }
    }

    @Test("an address can be registered once, however it is written")
    func duplicates() async throws {
        try await withAuth { auth in
            _ = try await auth.register("ada@example.org")
            let again = try await auth.post(
                "/api/v1/auth/register", ["email": "ADA@Example.ORG", "password": "correct horse battery", "display_name": "Ada"])
            #expect(again.status == 409)
            #expect(again.code == "email_taken")
            let people: Int = try await auth.administrator.query("SELECT count(*) FROM auth.users").single()
            let organizations: Int = try await auth.administrator.query("SELECT count(*) FROM auth.organizations").single()
            #expect(people == 1)
            #expect(organizations == 2, "the installation and the one person's")
        }
    }

    @Test("a registration that is sent again under its key is answered with another session of the one account, and nothing secret is kept")
    func replayed() async throws {
        try await withAuth { auth in
            func register(
                _ key: String?, email: String = "ada@example.org", password: String = "correct horse battery", name: String = "Ada"
            ) async throws -> RunningAuth.Answer {
                try await auth.post(
                    "/api/v1/auth/register",
                    ["email": .string(email), "password": .string(password), "display_name": .string(name)], key: key)
            }
            // At once, as by a client whose connection broke.
            let both = (0..<2).map { _ in auth.loop.spawn { try await register("k") } }
            var answers: [RunningAuth.Answer] = []
            for task in both { answers.append(try await task.value) }
            answers.append(try await register("k"))
            #expect(answers.map(\.status) == [201, 201, 201])
            #expect(answers.count { $0.fields["idempotent-replayed"] == "true" } == 2)
            #expect(answers.allSatisfy { $0.fields[.cacheControl] == "no-store" })
            #expect(Set(answers.compactMap { $0["user"]?["id"]?.string }).count == 1)
            #expect(Set(answers.compactMap { $0["refresh_token"]?.string }).count == 3, "each is a session")
            for answer in answers {
                #expect(try await auth.get("/api/v1/auth/me", token: try #require(answer["access_token"]?.string)).status == 200)
            }

            for other in [
                try await register("k", password: "wrong horse battery"), try await register("k", name: "Eve"),
                try await register("k", email: "ADA@example.org"),
            ] {
                #expect(other.status == 422 && other.code == "idempotency_key_reused")
            }
            for other in [try await register("other"), try await register(nil)] { #expect(other.code == "email_taken") }
            #expect(try await register("k", email: "bob@example.org").status == 201, "a key counts together with the address")

            let kept = try await auth.administrator.query("SELECT row_to_json(r)::text FROM auth.registrations r").map {
                try $0.decode(String.self, at: 0)
            }.joined()
            #expect(kept.contains(#""key":"k""#) && !kept.contains("horse"))
            try await auth.administrator.query("UPDATE auth.registrations SET created_at = now() - interval '25 hours'")
            #expect(try await register("k").code == "email_taken", "after 24 hours it is forgotten")
        }
    }

    @Test("a suspended person gets no session by registering again")
    func replayedSuspended() async throws {
        try await withAuth { auth in
            let body: JSONValue = ["email": "ada@example.org", "password": "correct horse battery", "display_name": "Ada"]
            #expect(try await auth.post("/api/v1/auth/register", body, key: "k").status == 201)
            try await auth.administrator.query("UPDATE auth.users SET status = 'suspended' WHERE email_key = 'ada@example.org'")
            #expect(try await auth.post("/api/v1/auth/register", body, key: "k").code == "user_suspended")
        }
    }

    @Test("what is wrong with a registration is named, all of it")
    func validation() async throws {
        try await withAuth { auth in
            func pointers(_ body: JSONValue) async throws -> [String] {
                let answer = try await auth.post("/api/v1/auth/register", body)
                #expect(answer.status == 422)
                return answer["errors"]?.elements?.compactMap { $0["pointer"]?.string } ?? []
            }
            #expect(
                try await pointers(["email": "not an address", "password": "correct horse", "display_name": " "]) == [
                    "/email", "/display_name",
                ])
            #expect(try await pointers(["email": "a@b", "password": "password1", "display_name": "Ada"]) == ["/password"])
            let short = try await pointers(["email": "a@b", "password": "short", "display_name": ""])
            #expect(Set(short) == ["/password", "/display_name"])
            let unknown = try await pointers([
                "email": "ada@example.org", "password": "correct horse", "display_name": "Ada", "is_admin": true,
            ])
            #expect(unknown == ["/is_admin"])
        }
    }

    @Test("an unknown address and a wrong password get the same answer")
    func wrongPassword() async throws {
        try await withAuth { auth in
            _ = try await auth.register()
            let wrong = try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "wrong"])
            let unknown = try await auth.post("/api/v1/auth/login", ["email": "bob@example.org", "password": "wrong"])
            let malformed = try await auth.post("/api/v1/auth/login", ["email": "not an address", "password": "wrong"])
            for answer in [wrong, unknown, malformed] {
                #expect(answer.status == 401)
                #expect(answer.json.with("request_id", .null) == wrong.json.with("request_id", .null))
            }
            #expect(wrong.code == "invalid_credentials")
        }
    }

    @Test("what a suspended person was given is refused, and nobody else's")
    func tokensOfSuspended() async throws {
        try await withAuth { auth in
            let (ada, bob) = (try await auth.register(), try await auth.register("bob@example.org"))
            try await auth.administrator.query("UPDATE auth.users SET status = 'suspended' WHERE id = \(ada.user.id)")
            let refused = try await auth.waitForStatus(401) { try await auth.get("/api/v1/auth/me", token: ada.accessToken) }
            #expect(refused.code == "invalid_token")
            #expect(try await auth.get("/api/v1/auth/me", token: bob.accessToken).status == 200)
        }
    }

    @Test(
        "a log-in that has begun gives nothing to a person who is suspended or moved meanwhile",
        arguments: [
            "status = 'suspended'", "organization_id = (SELECT organization_id FROM auth.users WHERE email_key = 'bob@example.org')",
        ])
    func changedMeanwhile(_ change: String) async throws {
        try await withAuth { auth in
            let (ada, _) = (try await auth.register(), try await auth.register("bob@example.org"))
            let logIn = try await auth.answer(during: "UPDATE auth.users SET \(unsafeSQL: change) WHERE id = \(ada.user.id)") {
                try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "correct horse battery"])
            }
            #expect(logIn.code == "invalid_credentials")
        }
    }

    @Test("a suspension revokes what was given out until it happened, not only until its transaction began")
    func momentOfSuspension() async throws {
        try await withAuth { auth in
            let ada = try await auth.register().user
            let isLater: Bool = try await auth.administrator.transaction { transaction in
                try await transaction.query("UPDATE auth.users SET status = 'suspended' WHERE id = \(ada.id)")
                return try await transaction.query("SELECT revoked_at > now() FROM auth.revocations").single()
            }
            #expect(isLater)
        }
    }

    @Test("a suspended person cannot log in, and only who knows the password learns why")
    func suspension() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            try await auth.administrator.query("UPDATE auth.users SET status = 'suspended'")
            let right = try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "correct horse battery"])
            #expect(right.status == 403)
            #expect(right.code == "user_suspended")
            let wrong = try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "wrong"])
            #expect(wrong.code == "invalid_credentials")
            let refresh = try await auth.post("/api/v1/auth/refresh", ["refresh_token": .string(tokens.refreshToken)])
            #expect(refresh.status == 401)
        }
    }

    @Test("more log-ins at once than may wait are turned away and told to come again")
    func overload() async throws {
        try await withAuth(settings: ["PASSWORD_CAPACITY": "1", "PASSWORD_COST": "9"]) { auth in
            _ = try await auth.register()
            let tasks = (0..<60).map { _ in
                auth.loop.spawn {
                    try await auth.post("/api/v1/auth/login", ["email": "ada@example.org", "password": "correct horse battery"])
                }
            }
            var statuses: [Int] = []
            for task in tasks {
                let answer = try await task.value
                statuses.append(answer.status)
                if answer.status == 503 { #expect(answer.fields[.retryAfter] != nil) }
            }
            #expect(statuses.contains(200))
            #expect(statuses.contains(503))
            #expect(Set(statuses) == [200, 503])
        }
    }

    @Test("every endpoint of auth is answered under each of its paths")
    func mounted() async throws {
        try await withAuth { auth in
            for endpoint in AuthAPI.all {
                for path in [endpoint.path] + endpoint.aliases {
                    let answer = endpoint.method == .get ? try await auth.get("\(path)") : try await auth.post("\(path)", [:])
                    #expect(answer.status != 404 && answer.status != 405 && answer.status < 500, "\(endpoint.name) \(path): \(answer.json)")
                }
            }
        }
    }
}
