import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ServiceClients
import Support
import Testing
import WireProtocol

/// Auth and one other service, which answers what a test wants.
private final class Peer: HTTPCaller {
    /// How often a token was asked for.
    private(set) var tokenRequests = 0
    /// With which tokens the other service was asked.
    private(set) var seen: [String?] = []
    private let loop: EventLoop
    private let answer: (_ number: Int) throws -> (HTTPStatus, [UInt8])

    init(on loop: EventLoop, _ answer: @escaping (_ number: Int) throws -> (HTTPStatus, [UInt8])) {
        self.loop = loop
        self.answer = answer
    }

    func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse {
        if request.head.target == AuthAPI.token.path.description {
            tokenRequests += 1
            let number = tokenRequests
            try await loop.sleep(for: .milliseconds(10))
            let token = OAuthToken(accessToken: "token-\(number)", expiresIn: 1800)
            return Self.response(.ok, try JSONCodec.encode(token))
        }
        seen.append(request.head.fields[.authorization])
        let (status, body) = try answer(seen.count)
        return Self.response(status, body)
    }

    private static func response(_ status: HTTPStatus, _ body: [UInt8]) -> HTTPClientResponse {
        HTTPClientResponse(
            head: HTTPResponse(status: status), body: HTTPResponseBody(length: body.count, first: body[...], source: nil))
    }
}

@Suite("Calls to other services", .timeLimit(.minutes(15)))
struct ServiceClientTests {
    private static func client(_ loop: EventLoop, _ peer: Peer) -> ServiceClient {
        let origin = HTTPOrigin(host: "peer.test", port: 80)
        let tokens = ServiceTokens(loop: loop, caller: peer, auth: origin, clientID: .agent, clientSecret: "secret")
        return ServiceClient(loop: loop, caller: peer, origin: origin, tokens: tokens, name: .agent)
    }

    private static func revocations(_ client: ServiceClient, as identity: CallIdentity, _ loop: EventLoop) async throws -> RevocationPage {
        try await client.call(AuthAPI.revocations, RevocationQuery(), as: identity, from: .background(on: loop))
    }

    @Test("a token of its own that is refused is not kept to its end, nor is a delegated one", arguments: [true, false])
    func refusedToken(isDelegated: Bool) throws {
        try withSimulatedLoop { loop in
            let page = RevocationPage(data: [], cursor: "0", hasMore: false)
            let peer = Peer(on: loop) { number in
                number == 2
                    ? (.unauthorized, try JSONCodec.encode(Problem(.invalidToken))) : (.ok, try JSONCodec.encode(page))
            }
            let client = Self.client(loop, peer)
            let subject = DelegationSubject(
                userID: UserID(loop.makeID()), organizationID: OrganizationID(loop.makeID()), sessionID: SessionID(loop.makeID()),
                scopes: [])
            let identity = isDelegated ? CallIdentity.delegated(subject) : .service
            let before = try await Self.revocations(client, as: identity, loop)
            await #expect(throws: Problem.self) { try await Self.revocations(client, as: identity, loop) }
            let after = try await Self.revocations(client, as: identity, loop)
            #expect(before == page && after == page)
            #expect(peer.seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"])
        }
    }

    @Test("a token outlives refusals that are not about it")
    func keptToken() throws {
        try withSimulatedLoop { loop in
            let peer = Peer(on: loop) { _ in (.notFound, try JSONCodec.encode(Problem(.notFound))) }
            let client = Self.client(loop, peer)
            for _ in 0..<3 {
                await #expect(throws: Problem.self) { try await Self.revocations(client, as: .service, loop) }
            }
            #expect(peer.tokenRequests == 1)
        }
    }

    @Test("those who ask do not learn where a service is that cannot be reached")
    func unreachable() throws {
        try withSimulatedLoop { loop in
            let client = Self.client(loop, Peer(on: loop) { _ in throw HTTPClientError.connectFailed("no route to 10.0.0.7") })
            let problem = await #expect(throws: Problem.self) { try await Self.revocations(client, as: .service, loop) }
            #expect(problem?.code == .unavailable && problem?.detail == "agent cannot be reached at the moment")
        }
    }

    @Test("many who act for one person at once ask for one token")
    func together() throws {
        try withSimulatedLoop { loop in
            let page = RevocationPage(data: [], cursor: "0", hasMore: false)
            let peer = Peer(on: loop) { _ in (.ok, try JSONCodec.encode(page)) }
            let client = Self.client(loop, peer)
            let subject = DelegationSubject(
                userID: UserID(loop.makeID()), organizationID: OrganizationID(loop.makeID()), sessionID: SessionID(loop.makeID()),
                scopes: [])
            let calls = (0..<10).map { _ in loop.spawn { try await Self.revocations(client, as: .delegated(subject), loop) } }
            for call in calls { _ = try await call.value }
            #expect(peer.tokenRequests == 1 && peer.seen.count == 10)
        }
    }

    @Test("an answer that is something else is the other service's mistake, after an upload too")
    func otherAnswer() throws {
        try withSimulatedLoop { loop in
            let client = Self.client(loop, Peer(on: loop) { _ in (.ok, Array("<html>".utf8)) })
            let call = await #expect(throws: Problem.self) { try await Self.revocations(client, as: .service, loop) }
            #expect(call?.code == .badGateway)
            let upload = await #expect(throws: Problem.self) {
                let _: File = try await client.upload(
                    FileAPI.upload, UploadQuery(name: "a"), length: 0, mediaType: "text/plain", as: .service, from: .background(on: loop)
                ) { nil }
            }
            #expect(upload?.code == .badGateway)
        }
    }
}
