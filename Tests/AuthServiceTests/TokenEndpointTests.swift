import Cryptography
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct TokenEndpointTests {
    private let password = [("grant_type", "password"), ("username", "ada@example.org"), ("password", "correct horse battery")]

    @Test("a person gets tokens for a password, as narrow as they ask for, and keeps them going")
    func passwordGrant() async throws {
        try await withAuth { auth in
            _ = try await auth.register()
            let answer = try await auth.token(password + [("scope", "agents:read files:read")])
            #expect(answer.status == 200)
            #expect(answer["token_type"]?.string == "Bearer")
            #expect(answer["expires_in"]?.int == 1800)
            #expect(answer["scope"]?.string == "agents:read files:read")
            #expect(answer.fields[.cacheControl] == "no-store")

            let refreshToken = try #require(answer["refresh_token"]?.string)
            let narrower = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("scope", "files:read")])
            #expect(narrower["scope"]?.string == "files:read")
            let next = try #require(narrower["refresh_token"]?.string)
            let wider = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", next), ("scope", "agents:write")])
            #expect(wider.status == 400)
            #expect(wider["error"]?.string == "invalid_scope")
            let again = try await auth.token([("grant_type", "refresh_token"), ("refresh_token", next)])
            #expect(again["scope"]?.string == "agents:read files:read", "the refused request did not spend the token")
        }
    }

    @Test("the claims are those of RFC 9068, and organisation, session and roles")
    func claims() async throws {
        try await withAuth { auth in
            let tokens = try await auth.register()
            let parts = tokens.accessToken.split(separator: ".")
            func part(_ index: Int) throws -> JSONValue {
                try JSONCodec.decode(JSONValue.self, from: #require(Base64URL.decode(parts[index])), unknownFields: .ignored)
            }
            let header = try part(0)
            #expect(header["alg"]?.string == "EdDSA")
            #expect(header["typ"]?.string == "at+jwt")
            let claims = try part(1)
            #expect(claims["iss"]?.string == "http://127.0.0.1:8080")
            #expect(claims["aud"]?.string == "troupe")
            #expect(claims["sub"]?.string == tokens.user.id.description)
            #expect(claims["org"]?.string == tokens.user.organizationID.description)
            #expect(claims["client_id"]?.string == "troupe")
            #expect(claims["roles"] == ["creator"])
            #expect(claims["sid"]?.string.flatMap { SessionID($0) } != nil)
            #expect(claims["jti"]?.string?.isEmpty == false)
            let lifetime = try #require(claims["exp"]?.int) - #require(claims["iat"]?.int)
            #expect(lifetime == 1800)
            let scope = try #require(claims["scope"]?.string)
            #expect(!scope.contains("internal:"))
            #expect(Set(scope.split(separator: " ").map(String.init)) == Set(Permission.known.filter { !$0.isInternal }.map(\.rawValue)))
        }
    }

    @Test("refusals have the form of RFC 6749")
    func refusals() async throws {
        try await withAuth { auth in
            _ = try await auth.register()
            func refused(_ form: [(String, String)], _ client: (String, String)? = nil, _ status: Int, _ error: String) async throws {
                let answer = try await auth.token(form, client: client.map { (id: $0.0, secret: $0.1) })
                #expect(answer.status == status, "\(form)")
                #expect(answer["error"]?.string == error, "\(form): \(answer.json)")
                #expect(answer.fields[.contentType] == "application/json")
                #expect(answer.fields[.cacheControl] == "no-store")
                #expect((answer.fields[.wwwAuthenticate] != nil) == (status == 401))
            }
            try await refused([], nil, 400, "invalid_request")
            try await refused([("grant_type", "magic")], nil, 400, "unsupported_grant_type")
            try await refused([("grant_type", "password"), ("username", "ada@example.org")], nil, 400, "invalid_request")
            try await refused(password + [("password", "twice")], nil, 400, "invalid_request")
            try await refused(password.dropLast() + [("password", "wrong")], nil, 400, "invalid_grant")
            try await refused(password + [("scope", "internal:tokens")], nil, 400, "invalid_scope")
            try await refused([("grant_type", "refresh_token"), ("refresh_token", "x")], nil, 400, "invalid_grant")
            try await refused(password, ("agent", RunningAuth.agentSecret), 400, "unauthorized_client")
            try await refused([("grant_type", "client_credentials")], nil, 400, "unauthorized_client")
            try await refused([("grant_type", "client_credentials")], ("agent", "wrong"), 401, "invalid_client")
            try await refused([("grant_type", "client_credentials")], ("nobody", "x"), 401, "invalid_client")
            try await refused(
                [("grant_type", "client_credentials"), ("client_id", "file"), ("client_secret", "x")], nil, 401, "invalid_client")
            let unknownParameter = try await auth.token(password + [("unheard_of", "x")])
            #expect(unknownParameter.status == 200, "RFC 6749 has unknown parameters ignored")
        }
    }

    @Test("a service gets a token for itself, by either way of proving itself, and only it may ask what is internal")
    func clientCredentials() async throws {
        try await withAuth { auth in
            let answer = try await auth.token([
                ("grant_type", "client_credentials"), ("client_id", "gateway"), ("client_secret", RunningAuth.gatewaySecret),
            ])
            #expect(answer["scope"]?.string == "internal:tokens")
            #expect(answer["refresh_token"] == nil)
            let token = try #require(answer["access_token"]?.string)
            #expect(try await auth.get("/internal/v1/revocations", token: token).status == 200)
            #expect(try await auth.get("/api/v1/auth/me", token: token).status == 403)
            let person = try await auth.register()
            #expect(try await auth.get("/internal/v1/revocations", token: person.accessToken).status == 403)
            #expect(try await auth.get("/internal/v1/revocations").status == 401)
        }
    }

    @Test("the metadata name the addresses under the issuer")
    func discovery() async throws {
        try await withAuth(settings: ["TOKEN_ISSUER": "https://troupe.example"]) { auth in
            let answer = try await auth.get("/.well-known/openid-configuration")
            #expect(answer.status == 200)
            #expect(answer["issuer"]?.string == "https://troupe.example")
            #expect(answer["token_endpoint"]?.string == "https://troupe.example/oauth/token")
            #expect(answer["jwks_uri"]?.string == "https://troupe.example/.well-known/jwks.json")
            #expect(answer["grant_types_supported"]?.elements?.count == 4)
        }
    }
}
