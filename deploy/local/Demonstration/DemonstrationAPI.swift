import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import ServiceClients
import WireProtocol

/// The calls of the demonstration, typed by the endpoint declarations.
final class DemonstrationAPI {
    private let loop: EventLoop
    private let caller: any HTTPCaller
    private let gateway: HTTPOrigin
    private let client: ServiceClient
    private var identity = CallIdentity.anonymous

    init(loop: EventLoop, caller: any HTTPCaller, gateway: HTTPOrigin) {
        self.loop = loop
        self.caller = caller
        self.gateway = gateway
        client = ServiceClient(loop: loop, caller: caller, origin: gateway, tokens: nil)
    }

    /// Registers the account, unless it is there from the last time, and logs in. True when it is new.
    func logIn(email: String, password: String) async throws -> (user: User, isNew: Bool) {
        var isNew = true
        do {
            _ = try await call(AuthAPI.register, Registration(email: email, password: password, displayName: "Demo"))
        } catch let problem as Problem where problem.code == .emailTaken {
            isNew = false
        }
        let answer = try await call(AuthAPI.logIn, Login(email: email, password: password))
        identity = .bearer(answer.accessToken)
        return (answer.user, isNew)
    }

    func createAgent(_ agent: CreateAgent) async throws -> Agent { try await call(AgentAPI.createAgent, agent) }

    func createConversation(with agent: AgentID) async throws -> Conversation {
        try await call(AgentAPI.createConversation, CreateConversation(agentID: agent, title: "Demonstration"))
    }

    /// Says something and hands on each event of the run that it starts.
    func say(_ text: String, in conversation: ConversationID, _ receive: (RunEvent) throws -> Void) async throws {
        let events = try await client.events(
            AgentAPI.postMessage, PostMessage(content: text), parameters: ["id": conversation.description], as: identity,
            from: .background(on: loop), silence: .seconds(300))
        while let event = try await events.next() {
            try receive(try JSONCodec.decode(RunEvent.self, from: event, unknownFields: .ignored))
        }
    }

    /// The content of a file as text; what is no text is shown as replacement characters.
    func content(of file: FileID) async throws -> String {
        guard case .bearer(let token) = identity, let target = FileAPI.getContent.path.expanded(["id": file.description]) else { return "" }
        let response = try await caller.send(HTTPClientRequest(.get, target, fields: [.authorization: "Bearer " + token]), to: gateway)
        guard response.status.isSuccess else { throw Problem(.badGateway, detail: "the file was answered with \(response.status.code)") }
        return String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
    }

    private func call<Request, Response>(_ endpoint: Endpoint<Request, Response>, _ request: Request) async throws -> Response {
        try await client.call(endpoint, request, as: identity, from: .background(on: loop))
    }
}
