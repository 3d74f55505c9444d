import AgentService
import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ServiceClients
import Support
import Testing
import WireProtocol

/// Auth, and a tool-execution service that answers what a test wants.
private final class Peer: HTTPCaller {
    private let answer: (HTTPClientRequest) async throws -> (HTTPStatus, [UInt8])

    init(_ answer: @escaping (HTTPClientRequest) async throws -> (HTTPStatus, [UInt8])) { self.answer = answer }

    func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse {
        guard request.head.target != AuthAPI.token.path.description else {
            return Self.response(.ok, try JSONCodec.encode(OAuthToken(accessToken: "t", expiresIn: 1800)))
        }
        let (status, body) = try await answer(request)
        return Self.response(status, body)
    }

    private static func response(_ status: HTTPStatus, _ body: [UInt8]) -> HTTPClientResponse {
        HTTPClientResponse(head: HTTPResponse(status: status), body: HTTPResponseBody(length: body.count, first: body[...], source: nil))
    }
}

@Suite("Calls of tool-execution", .timeLimit(.minutes(15)))
struct RemoteToolCallsTests {
    private static func make(_ peer: Peer, on loop: EventLoop) -> (RemoteToolCalls, DelegationSubject) {
        let origin = HTTPOrigin(host: "peer.test", port: 80)
        let tokens = ServiceTokens(loop: loop, caller: peer, auth: origin, clientID: .agent, clientSecret: "secret")
        let service = ServiceClient(loop: loop, caller: peer, origin: origin, tokens: tokens, name: .toolExecution)
        let person = DelegationSubject(
            userID: UserID(loop.makeID()), organizationID: OrganizationID(loop.makeID()), sessionID: SessionID(loop.makeID()), scopes: [])
        return (RemoteToolCalls(service, on: loop), person)
    }

    @Test(
        "the tools of an agent are looked up by one request, and come in their order; the version before is asked for each",
        arguments: [true, false])
    func offers(isBefore: Bool) throws {
        try withSimulatedLoop { loop in
            var asked: [String] = []
            func tool(_ name: String) -> Tool {
                Tool(
                    name: name, description: "", kind: .code, parameters: [:], needsSandbox: false,
                    availability: ToolAvailability(isAvailable: name != "b"))
            }
            let peer = Peer { request in
                asked.append(request.head.target)
                if let name = request.head.target.split(separator: "/").last, request.head.target.hasPrefix("/api/v1/tools/") {
                    return name == "d"
                        ? (.notFound, try JSONCodec.encode(Problem(.notFound))) : (.ok, try JSONCodec.encode(tool(String(name))))
                }
                if isBefore { return (.unprocessableContent, try JSONCodec.encode(Problem(.validationFailed))) }
                return (.ok, try JSONCodec.encode(Page(data: ["a", "b", "c"].map(tool), nextCursor: nil)))
            }
            let (tools, person) = Self.make(peer, on: loop)
            let offers = try await tools.offers(
                of: ["c", "d", "b", "../x", "a"], for: person, from: RunOrigin(requestID: "req-1", traceParent: ""))
            #expect(offers.map(\.name) == ["c", "a"])
            #expect(
                asked == ["/api/v1/tools?name=a&name=b&name=c&name=d&limit=4"]
                    + (isBefore ? ["a", "b", "c", "d"].map { "/api/v1/tools/" + $0 } : []))
        }
    }

    @Test(
        "a call that is refused for its token, or for what may pass, is one to be made again; another refusal stays one",
        arguments: [
            (ProblemCode.invalidToken, true), (.expiredToken, true), (.rateLimited, true), (.unavailable, true), (.toolUnavailable, false),
            (.permissionDenied, false),
        ])
    func refused(code: ProblemCode, isPassing: Bool) throws {
        try withSimulatedLoop { loop in
            let problem = Problem(code)
            let peer = Peer { _ in (try #require(HTTPStatus(code: problem.status)), try JSONCodec.encode(problem)) }
            let (tools, person) = Self.make(peer, on: loop)
            let error = await #expect(throws: ToolCallError.self) {
                try await tools.call(
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

    @Test(
        "code that could not begin for what may pass is a call to be made again; another failure is its outcome", arguments: [true, false])
    func failed(isPassing: Bool) throws {
        try withSimulatedLoop { loop in
            let failure = ExecutionEvent.failed(CodeFailed(problem: Problem(isPassing ? .unavailable : .outcomeUnknown)))
            let peer = Peer { _ in
                var bytes: [UInt8] = []
                let data = String(decoding: try JSONCodec.encode(failure), as: UTF8.self)
                ServerSentEvent(id: "1", event: failure.tag.rawValue, data: data).write(into: &bytes)
                return (.ok, bytes)
            }
            let (tools, person) = Self.make(peer, on: loop)
            let call = ToolCall(
                effectKey: "run/4", conversationID: ConversationID(loop.makeID()), runID: RunID(loop.makeID()), language: .python,
                code: "1",
                expectsSession: false)
            var events: [ExecutionEvent] = []
            var error: (any Error)?
            do {
                try await tools.execute(call, for: person, from: RunOrigin(requestID: "req-1", traceParent: "")) { events.append($0) }
            } catch let thrown {
                error = thrown
            }
            #expect(events == (isPassing ? [] : [failure]))
            if case ToolCallError.unavailable? = error { #expect(isPassing) } else { #expect(!isPassing && error == nil) }
        }
    }
}
