internal import Cryptography
package import EventLoop
package import HTTPClient
internal import HTTPMessage
internal import HTTPServer
internal import JSON
package import ServiceKit
internal import Telemetry
package import WireProtocol

/// What a service under test needs of auth: a key set, its own token, an empty list of revocations; and tokens for tests to call it with.
/// It answers the real endpoints over a real socket; tests of auth itself and of the whole system use the real service.
package final class TestIssuer {
    package static let issuer = "http://issuer.test"
    package static let audience = "troupe"
    /// Where it answers.
    package let origin: HTTPOrigin
    /// What the API keys that it knows give.
    package var keys: [String: OAuthToken] = [:]
    /// How many further questions for API keys are refused as if the asker's own token were none.
    package var refusals = 0
    /// The API keys that it was asked for, in order.
    package private(set) var askedKeys: [String] = []
    /// The sessions that have been ended.
    package private(set) var revocations: [Revocation] = []
    private let loop: EventLoop
    private let signer: TokenSigner
    private let server: HTTPServer
    private let listener: Listener

    /// Starts it on a port of its own.
    package init(on loop: EventLoop) throws {
        self.loop = loop
        let key = try Ed25519PrivateKey.generate()
        let signer = TokenSigner(loop: loop, key: key)
        self.signer = signer
        listener = try loop.listen(on: .loopback(port: 0))
        origin = HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        server = HTTPServer(on: loop)
        let log = Logger(service: "issuer", level: .error, output: LogOutput(on: loop))
        let routes = ServiceRoutes(loop: loop, verifier: nil, log: log, metrics: MetricsRegistry())
        routes.on(AuthAPI.keys) { _, _ in
            .json(JSONWebKeySet(keys: [JSONWebKey(key.publicKey, id: "test")]))
        }
        routes.on(AuthAPI.token) { request, _ in
            let subject = request.subjectToken.map { Array($0.utf8) }
            return .json(
                OAuthToken(accessToken: try signer.token(forGrant: request.clientID ?? "test", subject), expiresIn: 1800))
        }
        let (server, listener) = (server, listener)
        loop.spawn { [weak self] in
            try await server.serve(listener) { [weak self] request in
                // These endpoints demand a token; whether tokens are checked is not what tests of other services are about.
                switch request.head.path {
                case AuthAPI.revocations.path.description: try Self.answer(self?.revocationPage)
                case APIKeyAPI.exchange.path.description:
                    try self?.answerExchange(try await request.body.collect(upTo: 1 << 10)) ?? ProblemAnswer.make(Problem(.unavailable))
                default: try await routes.handle(request)
                }
            }
        }
    }

    private static func answer(_ value: (some Encodable)?) throws -> HTTPServerResponse {
        guard let value else { return ProblemAnswer.make(Problem(.notFound)) }
        return HTTPServerResponse(status: .ok, fields: [.contentType: "application/json"], body: try JSONCodec.encode(value))
    }

    private var revocationPage: RevocationPage {
        RevocationPage(data: revocations, cursor: String(revocations.count), hasMore: false)
    }

    private func answerExchange(_ body: [UInt8]) throws -> HTTPServerResponse {
        if refusals > 0 {
            refusals -= 1
            return ProblemAnswer.make(Problem(.invalidToken))
        }
        let secret = try JSONCodec.decode(ExchangeAPIKey.self, from: body, unknownFields: .refused).secret
        askedKeys.append(secret)
        return try Self.answer(keys[secret])
    }

    /// Ends a session: its tokens are refused by all who have asked since.
    package func revoke(_ session: SessionID) {
        let now = Timestamp(microseconds: loop.wallClock)
        revocations.append(
            Revocation(kind: .session, subject: session.description, revokedAt: now, expiresAt: now.advanced(by: .seconds(3600))))
    }

    /// Stops answering.
    package func stop() { listener.close() }

    /// What a service's configuration says about auth.
    package var environment: [String: String] {
        ["AUTH_URL": origin.description, "TOKEN_ISSUER": Self.issuer, "TOKEN_AUDIENCE": Self.audience, "SERVICE_SECRET": "secret-of-tests"]
    }

    /// A person with a session in an organisation of their own.
    package func makePerson() -> Principal.Person {
        Principal.Person(user: UserID(loop.makeID()), organization: OrganizationID(loop.makeID()), session: SessionID(loop.makeID()))
    }

    /// An access token of a person; all public permissions unless others are given.
    package func token(
        for person: Principal.Person, permissions: [Permission] = Permission.allCases.filter { !$0.isInternal && $0 != .unknown },
        actor: ServiceName? = nil, lifetime: Int = 600
    ) throws -> String {
        try signer.sign(
            subject: person.user.description, permissions: permissions, person: person, actor: actor.map { ActorClaim(sub: $0.rawValue) },
            lifetime: lifetime)
    }

    /// An access token of a service for itself, with these permissions.
    package func token(for service: ServiceName, permissions: [Permission]) throws -> String {
        try signer.sign(subject: service.rawValue, permissions: permissions, person: nil, actor: nil, lifetime: 600)
    }

}

/// Makes tokens as auth does, with a key that the test's services accept.
private struct TokenSigner {
    let loop: EventLoop
    let key: Ed25519PrivateKey

    /// The token that the client of a grant is to have: its own, or one for the person in whose name it acts.
    func token(forGrant client: String, _ subject: [UInt8]?) throws -> String {
        let all = Permission.allCases.filter { $0 != .unknown }
        guard let subject else { return try sign(subject: client, permissions: all, person: nil, actor: nil, lifetime: 600) }
        let wanted = try JSONCodec.decode(DelegationSubject.self, from: subject, unknownFields: .refused)
        let person = Principal.Person(user: wanted.userID, organization: wanted.organizationID, session: wanted.sessionID)
        return try sign(
            subject: person.user.description, permissions: all, person: person, actor: ActorClaim(sub: client), lifetime: 600)
    }

    func sign(subject: String, permissions: [Permission], person: Principal.Person?, actor: ActorClaim?, lifetime: Int) throws
        -> String
    {
        let now = Int(loop.wallClock / 1_000_000)
        let claims = AccessTokenClaims(
            iss: TestIssuer.issuer, sub: subject, aud: TestIssuer.audience, exp: now + lifetime, iat: now,
            jti: String(loop.random.next(), radix: 36),
            clientID: "test", scope: permissions.map(\.rawValue).joined(separator: " "), org: person?.organization, sid: person?.session,
            plan: person?.plan, act: actor)
        return try JWTSigner(key: .ed25519(key), keyID: "test", type: "at+jwt").sign(claims)
    }
}
