import AuthService
import Cryptography
import EventLoop
import JSON
import ServiceKit
import PostgresClient
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct AccessTokenTests {
    /// The service's own signing key, opened with the master key.
    private static func signingKey(_ auth: RunningAuth) async throws -> (key: Ed25519PrivateKey, id: String) {
        let row = try #require(try await auth.administrator.query("SELECT id, sealed_private_key FROM auth.signing_keys").first)
        let (id, sealed) = try row.decode((String, [UInt8]).self)
        let ring = try EnvelopeKeyring(current: "test", keys: ["test": RunningAuth.masterKey])
        let seed = try ring.open(sealed, associatedData: Array("auth.signing_keys/\(id)/private_key".utf8))
        return (try Ed25519PrivateKey(rawBytes: seed), id)
    }

    private static func me(_ auth: RunningAuth, _ claims: AccessTokenClaims, key: JWTSigningKey, id: String, type: String = "at+jwt")
        async throws -> RunningAuth.Answer
    {
        let token = try JWTSigner(key: key, keyID: id, type: type).sign(claims)
        return try await auth.get("/api/v1/auth/me", token: token)
    }

    @Test("an expired token is refused, and its refusal says so")
    func expiry() async throws {
        try await withAuth { auth in
            let (key, id) = try await Self.signingKey(auth)
            var claims = try RunningAuth.claims(of: try await auth.register().accessToken)
            #expect(try await Self.me(auth, claims, key: .ed25519(key), id: id).status == 200)
            claims.exp = claims.iat - 60
            let answer = try await Self.me(auth, claims, key: .ed25519(key), id: id)
            #expect(answer.status == 401)
            #expect(answer.code == "expired_token")
        }
    }

    @Test("forged tokens are refused: another key, another algorithm, another type, issuer or audience")
    func forgery() async throws {
        try await withAuth { auth in
            let (key, id) = try await Self.signingKey(auth)
            let claims = try RunningAuth.claims(of: try await auth.register().accessToken)
            var issuer = claims
            issuer.iss = "https://elsewhere.example"
            var audience = claims
            audience.aud = "elsewhere"
            for answer in [
                try await Self.me(auth, claims, key: .ed25519(.generate()), id: id),
                try await Self.me(auth, claims, key: .ed25519(key), id: "unknown"),
                try await Self.me(auth, claims, key: .hmac(key.publicKey.rawBytes), id: id),
                try await Self.me(auth, claims, key: .ed25519(key), id: id, type: "JWT"),
                try await Self.me(auth, issuer, key: .ed25519(key), id: id),
                try await Self.me(auth, audience, key: .ed25519(key), id: id),
                try await auth.get("/api/v1/auth/me", token: "x.y.z"),
                try await auth.get("/api/v1/auth/me", token: "trr_AAAA"),
            ] {
                #expect(answer.status == 401)
                #expect(answer.code == "invalid_token")
            }
            let anonymous = try await auth.get("/api/v1/auth/me")
            #expect(anonymous.code == "authentication_required")
        }
    }

    @Test("the published keys verify what the service signs, and another start of the service goes on with them")
    func publishedKeys() async throws {
        try await withAuth { auth in
            let published = try await auth.get("/.well-known/jwks.json")
            let keys = try JSONCodec.decode(JSONWebKeySet.self, from: JSONCodec.encode(published.json), unknownFields: .refused).keys
            #expect(keys.count == 1)
            let verifier = JWTVerifier(
                keys: [keys[0].kid: try #require(keys[0].verificationKey)], type: "at+jwt", issuer: "http://127.0.0.1:8080",
                audience: "troupe")
            let tokens = try await auth.register()
            let claims = try verifier.verify(tokens.accessToken, as: AccessTokenClaims.self, now: Int(auth.loop.wallClock / 1_000_000))
            #expect(claims.sub == tokens.user.id.description)

            try await withRunningAuth(auth.loop, auth.configuration, auth.administrator) { other in
                let keys = try await other.get("/.well-known/jwks.json")
                #expect(keys.json == published.json)
                let me = try await other.get("/api/v1/auth/me", token: tokens.accessToken)
                #expect(me.status == 200)
            }
        }
    }

    @Test("the private half of a key is stored sealed, for its own row only")
    func sealing() async throws {
        try await withAuth { auth in
            let (key, id) = try await Self.signingKey(auth)
            let row: [UInt8] = try await auth.administrator.query("SELECT sealed_private_key FROM auth.signing_keys").single()
            #expect(!Hexadecimal.encode(row).contains(Hexadecimal.encode(key.rawBytes)))
            let ring = try EnvelopeKeyring(current: "test", keys: ["test": RunningAuth.masterKey])
            #expect(throws: CryptographyError.notAuthentic) {
                try ring.open(row, associatedData: Array("auth.signing_keys/\(id)x/private_key".utf8))
            }
        }
    }
}
