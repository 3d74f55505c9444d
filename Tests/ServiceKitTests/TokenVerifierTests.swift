import Cryptography
import EventLoop
import ServiceKit
import Support
import Testing
import WireProtocol

/// An authority with a key of its own, whose answers a test decides.
private final class TestAuthority: TokenAuthority {
    let key: Ed25519PrivateKey
    var revoked: [Revocation] = []
    var isReachable = true
    private(set) var keyRequests = 0

    init() throws { key = try .generate() }

    func keys() async throws -> JSONWebKeySet {
        keyRequests += 1
        guard isReachable else { throw Problem(.unavailable) }
        return JSONWebKeySet(keys: [JSONWebKey(key.publicKey, id: "k1")])
    }

    func revocations(after cursor: String?) async throws -> RevocationPage {
        guard isReachable else { throw Problem(.unavailable, detail: "the authority is away") }
        let data = revoked
        revoked = []
        return RevocationPage(data: data, cursor: "1", hasMore: false)
    }

    func token(
        subject: String, organization: OrganizationID? = nil, session: SessionID? = nil, issuedAt: Int, lifetime: Int = 600,
        audience: String = "troupe", keyID: String = "k1", signedBy other: Ed25519PrivateKey? = nil
    ) throws -> String {
        let claims = AccessTokenClaims(
            iss: "issuer", sub: subject, aud: audience, exp: issuedAt + lifetime, iat: issuedAt, jti: "t1", clientID: "test",
            scope: "agents:read", org: organization, sid: session)
        return try JWTSigner(key: .ed25519(other ?? key), keyID: keyID, type: "at+jwt").sign(claims)
    }
}

@Suite("Verifying access tokens", .timeLimit(.minutes(15)))
struct TokenVerifierTests {
    private func withVerifier(_ body: @escaping @Sendable (EventLoop, TestAuthority, TokenVerifier, Int) async throws -> Void) async throws
    {
        try await withLoop { loop in
            let authority = try TestAuthority()
            let verifier = TokenVerifier(loop: loop, authority: authority, issuer: "issuer", audience: "troupe")
            let polling = loop.spawn { try await verifier.run() }
            defer { polling.cancel() }
            try await verifier.waitUntilFresh(atMost: .seconds(120))
            try await body(loop, authority, verifier, Int(loop.wallClock / 1_000_000))
        }
    }

    private func problem(_ body: () async throws -> Principal) async throws -> ProblemCode? {
        do {
            _ = try await body()
            return nil
        } catch let problem as Problem {
            return problem.code
        }
    }

    @Test("a good token becomes a principal with its person, organisation and permissions")
    func good() async throws {
        try await withVerifier { loop, authority, verifier, now in
            let user = UserID(loop.makeID())
            let organization = OrganizationID(loop.makeID())
            let session = SessionID(loop.makeID())
            let token = try authority.token(subject: user.description, organization: organization, session: session, issuedAt: now)
            let principal = try await verifier.verify(token)
            #expect(principal.subject == .user(user, organization, session))
            #expect(principal.allows(.agentsRead))
            #expect(!principal.allows(.agentsWrite))
            _ = try await verifier.verify(token)
            #expect(authority.keyRequests == 1)
        }
    }

    @Test("expired, forged, foreign and mangled tokens are refused")
    func refused() async throws {
        try await withVerifier { loop, authority, verifier, now in
            let service = "agent"
            let expired = try authority.token(subject: service, issuedAt: now - 1000)
            #expect(try await problem { try await verifier.verify(expired) } == .expiredToken)
            let forged = try authority.token(subject: service, issuedAt: now, signedBy: .generate())
            #expect(try await problem { try await verifier.verify(forged) } == .invalidToken)
            let foreign = try authority.token(subject: service, issuedAt: now, audience: "another")
            #expect(try await problem { try await verifier.verify(foreign) } == .invalidToken)
            let unknownKey = try authority.token(subject: service, issuedAt: now, keyID: "k9")
            #expect(try await problem { try await verifier.verify(unknownKey) } == .invalidToken)
            let person = try authority.token(subject: UserID(loop.makeID()).description, issuedAt: now)
            #expect(try await problem { try await verifier.verify(person) } == .invalidToken)
            for mangled in ["", "a.b.c", String(repeating: "x", count: 9000)] {
                #expect(try await problem { try await verifier.verify(mangled) } == .invalidToken)
            }
        }
    }

    @Test("a token that differs from a remembered one in a single character is refused")
    func similar() async throws {
        try await withVerifier { _, authority, verifier, now in
            let token = Array(try authority.token(subject: "agent", issuedAt: now).utf8)
            _ = try await verifier.verify(String(decoding: token, as: UTF8.self))
            for place in stride(from: 0, to: token.count, by: 5) {
                var similar = token
                similar[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                let text = String(decoding: similar, as: UTF8.self)
                #expect(try await problem { try await verifier.verify(text) } == .invalidToken)
            }
        }
    }

    @Test("a token that was good is refused once its session is revoked, though it is remembered")
    func revoked() async throws {
        try await withVerifier { loop, authority, verifier, now in
            let session = SessionID(loop.makeID())
            let token = try authority.token(
                subject: UserID(loop.makeID()).description, organization: OrganizationID(loop.makeID()), session: session, issuedAt: now)
            _ = try await verifier.verify(token)
            authority.revoked = [
                Revocation(
                    kind: .session, subject: session.description, revokedAt: Timestamp(microseconds: loop.wallClock),
                    expiresAt: Timestamp(microseconds: loop.wallClock + 1_000_000_000))
            ]
            try await loop.eventually { try await problem { try await verifier.verify(token) } == .invalidToken }
        }
    }

    @Test("why the revocations cannot be read is said, until they can")
    func silence() throws {
        try withSimulatedLoop { loop in
            let authority = try TestAuthority()
            authority.isReachable = false
            let verifier = TokenVerifier(loop: loop, authority: authority, issuer: "issuer", audience: "troupe")
            let polling = loop.spawn { try await verifier.run() }
            defer { polling.cancel() }
            try await loop.sleep(for: .seconds(1))
            let problem = #expect(throws: Problem.self) { try verifier.requireFresh() }
            #expect(problem?.detail?.contains("the authority is away") == true)
            authority.isReachable = true
            try await loop.sleep(for: .seconds(1))
            try verifier.requireFresh()
        }
    }
}
