import AgentService
import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ServiceClients
import Support
import Telemetry
import Testing
import WireProtocol

/// Auth, and a tool-execution service that answers what a test wants.
private final class Peer: HTTPCaller {
    private let answer: () throws -> (HTTPStatus, [UInt8])

    init(_ answer: @escaping () throws -> (HTTPStatus, [UInt8])) { self.answer = answer }

    func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse {
        guard request.head.target != AuthAPI.token.path.description else {
            return Self.response(.ok, try JSONCodec.encode(OAuthToken(accessToken: "t", tokenType: "Bearer", expiresIn: 1800)))
        }
        let (status, body) = try answer()
        return Self.response(status, body)
    }

    private static func response(_ status: HTTPStatus, _ body: [UInt8]) -> HTTPClientResponse {
        HTTPClientResponse(head: HTTPResponse(status: status), body: HTTPResponseBody(length: body.count, first: body[...], source: nil))
    }
}

@Suite("Calls of tool-execution", .timeLimit(.minutes(15)))
struct RemoteToolCallsTests {
    @Test(
        "a call that is refused for its token, or for what may pass, is one to be made again; another refusal stays one",
        arguments: [
            (ProblemCode.invalidToken, true), (.expiredToken, true), (.rateLimited, true), (.unavailable, true), (.toolUnavailable, false),
            (.permissionDenied, false),
        ])
    func refused(code: ProblemCode, isPassing: Bool) throws {
        try withSimulatedLoop { loop in
            let problem = Problem(code)
            let peer = Peer { (try #require(HTTPStatus(code: problem.status)), try JSONCodec.encode(problem)) }
            let origin = HTTPOrigin(host: "peer.test", port: 80)
            let tokens = ServiceTokens(loop: loop, caller: peer, auth: origin, clientID: .agent, clientSecret: "secret")
            let tools = RemoteToolCalls(
                ServiceClient(loop: loop, caller: peer, origin: origin, tokens: tokens, name: .toolExecution)
            ) { TraceContext.generate(using: &loop.random) }
            let person = DelegationSubject(
                userID: UserID(loop.makeID()), organizationID: OrganizationID(loop.makeID()), sessionID: SessionID(loop.makeID()),
                scopes: [])
            let error = await #expect(throws: ToolCallError.self) {
                try await tools.use(
                    ToolUse(effectKey: "run/4", name: "add", arguments: [:]), by: AgentID(loop.makeID()), for: person,
                    from: RunOrigin(requestID: "req-1", traceParent: ""))
            }
            guard case .unavailable? = error else {
                #expect(!isPassing && error == .refused(problem))
                return
            }
            #expect(isPassing)
        }
    }
}
