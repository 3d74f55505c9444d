import JSON
import PostgresClient
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct DelegationTests {
    private static func subject(of tokens: TokenAnswer, scopes: [String] = ["agents:read", "files:write"]) throws -> DelegationSubject {
        let claims = try RunningAuth.claims(of: tokens.accessToken)
        return DelegationSubject(
            userID: tokens.user.id, organizationID: tokens.user.organizationID, sessionID: try #require(claims.sid), scopes: scopes)
    }

    private static func exchange(_ auth: RunningAuth, _ subject: DelegationSubject) async throws -> RunningAuth.Answer {
        try await auth.token(
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token_type", "urn:troupe:params:oauth:token-type:verified_claims"),
                ("subject_token", String(decoding: try JSONCodec.encode(subject), as: UTF8.self)),
            ], client: (id: "agent", secret: RunningAuth.agentSecret))
    }

    @Test("a service gets a short token that stands for the person and names the service")
    func delegation() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let answer = try await Self.exchange(auth, Self.subject(of: tokens))
            #expect(answer.status == 200)
            #expect(answer["expires_in"]?.int == 600)
            #expect(answer["issued_token_type"]?.string == "urn:ietf:params:oauth:token-type:access_token")
            #expect(answer["scope"]?.string == "agents:read files:write internal:tool_calls")
            #expect(answer["refresh_token"] == nil)

            let token = try #require(answer["access_token"]?.string)
            let me = try await auth.get("/api/v1/auth/me", token: token)
            #expect(me["id"]?.string == tokens.user.id.description)
            let claims = try RunningAuth.claims(of: token)
            #expect(claims.act?.sub == "agent" && claims.sub == tokens.user.id.description)
        }
    }

    @Test("after log-out, suspension or expiry there is no more delegation, and the refusal says that it is for good")
    func refusals() async throws {
        try await withAuth { auth in
            func refused(_ subject: DelegationSubject) async throws {
                let answer = try await Self.exchange(auth, subject)
                #expect(answer.status == 400)
                #expect(answer["error"]?.string == "invalid_grant")
                #expect(answer.code == "delegation_refused")
            }
            let ada = try await auth.register()
            let loggedOut = try Self.subject(of: ada)
            #expect(try await Self.exchange(auth, loggedOut).status == 200)
            #expect(try await auth.post("/api/v1/auth/logout", [:], token: ada.accessToken).status == 204)
            try await refused(loggedOut)

            let bob = try Self.subject(of: try await auth.register("bob@example.org"))
            #expect(try await Self.exchange(auth, bob).status == 200)
            try await auth.administrator.query("UPDATE auth.users SET status = 'suspended' WHERE email = 'bob@example.org'")
            try await refused(bob)

            let eve = try Self.subject(of: try await auth.register("eve@example.org"))
            try await auth.administrator.query(
                "UPDATE auth.sessions SET expires_at = now() WHERE user_id = \(eve.userID.uuid.description)::uuid")
            try await refused(eve)
        }
    }

    @Test("a service gets nothing for a person who is being suspended")
    func suspendedMeanwhile() async throws {
        try await withAuth { auth in
            let ada = try Self.subject(of: try await auth.register())
            let answer = try await auth.answer(during: "UPDATE auth.users SET status = 'suspended' WHERE id = \(ada.userID)") {
                try await Self.exchange(auth, ada)
            }
            #expect(answer.code == "delegation_refused")
        }
    }

    @Test("person, organisation and session must belong together")
    func mixedSubjects() async throws {
        try await withAuth { auth in
            let ada = try Self.subject(of: try await auth.register())
            let bob = try Self.subject(of: try await auth.register("bob@example.org"))
            for (user, organization, session) in [
                (ada.userID, bob.organizationID, ada.sessionID), (bob.userID, ada.organizationID, ada.sessionID),
                (ada.userID, ada.organizationID, bob.sessionID),
            ] {
                let mixed = DelegationSubject(userID: user, organizationID: organization, sessionID: session, scopes: [])
                #expect(try await Self.exchange(auth, mixed).code == "delegation_refused")
            }
        }
    }

    @Test("a permission that the roles have lost is lost to work in the background too")
    func lostPermission() async throws {
        try await withAuth { auth in
            let subject = try Self.subject(of: try await auth.register())
            try await auth.administrator.query("UPDATE auth.memberships SET role = 'user'")
            try await auth.administrator.query(
                "UPDATE auth.roles SET permissions = array_remove(permissions, 'files:write') WHERE name = 'user'")
            let answer = try await Self.exchange(auth, subject)
            #expect(answer["scope"]?.string == "agents:read internal:tool_calls")
        }
    }
}
