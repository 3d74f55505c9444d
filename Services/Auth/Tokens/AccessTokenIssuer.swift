internal import Cryptography
internal import EventLoop
internal import WireProtocol

/// Makes access tokens.
final class AccessTokenIssuer {
    private let loop: EventLoop
    private let keys: SigningKeyService
    private let issuer: String
    private let audience: String

    init(loop: EventLoop, keys: SigningKeyService, issuer: String, audience: String) {
        self.loop = loop
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// A person's token within a session, for so many seconds; with an actor it is that service's, on behalf of the person.
    func token(
        for person: PersonRecord, session: SessionID, clientID: String, actor: RegisteredService? = nil, scope: Scope,
        lifetime: Int = TokenLifetimes.access
    ) throws -> String {
        var claims = claims(subject: person.id.description, clientID: clientID, scope: scope, lifetime: lifetime)
        claims.org = person.organizationID
        claims.sid = session
        claims.roles = person.roles
        claims.plan = person.plan
        claims.act = actor.map { ActorClaim(sub: $0.id) }
        return try sign(claims)
    }

    /// A service's token by which it acts for nobody.
    func token(for client: RegisteredService, scope: Scope) throws -> String {
        try sign(claims(subject: client.id, clientID: client.id, scope: scope, lifetime: TokenLifetimes.access))
    }

    /// The `typ` of RFC 9068.
    static let type = "at+jwt"

    private func claims(subject: String, clientID: String, scope: Scope, lifetime: Int) -> AccessTokenClaims {
        let now = Int(loop.wallClock / 1_000_000)
        return AccessTokenClaims(
            iss: issuer, sub: subject, aud: audience, exp: now + lifetime, iat: now, jti: UUIDBytes(loop.makeID()).description,
            clientID: clientID, scope: scope.text)
    }

    private func sign(_ claims: AccessTokenClaims) throws -> String { try keys.signer().sign(claims) }
}
