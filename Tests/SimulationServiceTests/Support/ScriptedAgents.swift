import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import JSON
import ServiceKit
import Telemetry
import WireProtocol

/// What a simulation needs of the agent service, and of the catalogue of tool-execution, over a real socket and with real tokens. Agents answer at once, as a script has it.
final class ScriptedAgents {
    /// What comes of a message.
    enum Answer {
        case reply(String)
        case failure(Problem, usage: TokenUsage? = nil)
        /// The run goes on until it is cancelled.
        case never
        /// The run has a status that nobody knows.
        case strange
        /// The request itself is refused.
        case refusal(Problem)
    }

    /// Of which version of the agent service its answers are.
    enum Version: CaseIterable {
        case before, present, next
    }

    let origin: HTTPOrigin
    var version = Version.present
    private let loop: EventLoop
    private let listener: Listener
    /// Whether it answers nothing but 503.
    var isDown = false
    /// Says what comes of a message, by its text.
    var script: (String) -> Answer = { _ in .reply("Done.") }
    /// Nobody acts in these any more.
    var endedSessions: Set<SessionID> = []
    /// Whose each agent is.
    private var owners: [AgentID: Principal.Person] = [:]
    /// What others of the owners' organisations may use.
    private var shared: Set<AgentID> = []
    private var conversations: [ConversationID: AgentID] = [:]
    private var begun: [String: ConversationID] = [:]
    private var receipts: [String: MessageReceipt] = [:]
    private var requests: [String: IdempotentRequest] = [:]
    private var runs: [RunID: Run] = [:]
    /// How often agents were asked for.
    private(set) var lookups = 0
    /// The names in the catalogue.
    var tools = ["read", "search", "write"]
    /// Streams of events end before the last ones have come.
    var cutsStreams = false
    /// Nobody who asks for agents is answered.
    var isSilent = false
    /// The messages that were posted, each once however often it was sent.
    private(set) var messages: [(conversation: ConversationID, content: String)] = []
    private(set) var cancelled: Set<RunID> = []
    /// What runs have used that were cancelled.
    var spentByCancelled: TokenUsage?
    let changed: Signal

    init(on loop: EventLoop, verifier: TokenVerifier) throws {
        self.loop = loop
        changed = Signal(on: loop)
        listener = try loop.listen(on: .loopback(port: 0))
        origin = HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        let log = Logger(service: "agents", level: .error, output: LogOutput(on: loop))
        let routes = ServiceRoutes(loop: loop, verifier: verifier, log: log, metrics: MetricsRegistry())
        routes.on(AgentAPI.listAgents) { [self] query, context in
            if isDown { throw Problem(.unavailable) }
            if version == .before { throw Problem(.validationFailed) }
            lookups += 1
            try await changed.wait { [self] in isSilent }
            let person = try context.person()
            let found = (query.id ?? []).compactMap { id in owner(of: id, for: person).map { agent(id, of: $0) } }
            return try answer(Page(data: found, nextCursor: nil))
        }
        routes.on(AgentAPI.getAgent) { [self] _, context in
            if isDown { throw Problem(.unavailable) }
            let id: AgentID = try context.id()
            guard let owner = try owner(of: id, for: context.person()) else { throw Problem(.notFound) }
            return try answer(agent(id, of: owner))
        }
        routes.on(ToolsAPI.listTools) { [self] query, _ in
            if isDown { throw Problem(.unavailable) }
            if version == .before { throw Problem(.validationFailed) }
            return .json(Page(data: tools.filter { query.name?.contains($0) ?? true }.map(tool), nextCursor: nil))
        }
        routes.on(ToolsAPI.getTool) { [self] _, context in
            if isDown { throw Problem(.unavailable) }
            guard let name = context.request.parameters["name"], tools.contains(name) else { throw Problem(.notFound) }
            return .json(tool(name))
        }
        routes.on(AgentAPI.createConversation) { [self] request, context in
            try answer(try begin(request, for: context.person(), key: context.idempotency?.key ?? ""))
        }
        routes.on(AgentAPI.postMessage) { [self] request, context in
            if endedSessions.contains(try context.person().session) { throw Problem(.delegationRefused) }
            return try await reply(to: try post(request.content, in: try context.id(), context.idempotency))
        }
        routes.on(AgentAPI.beginConversation) { [self] request, context in
            let wanted = CreateConversation(agentID: try context.id(), title: request.title)
            guard version != .before, owner(of: wanted.agentID, for: try context.person()) != nil else { throw Problem(.notFound) }
            if endedSessions.contains(try context.person().session) { throw Problem(.delegationRefused) }
            let key = request.conversationKey ?? ""
            guard begun[key] == nil || receipts[context.idempotency?.key ?? ""] != nil else { throw Problem(.conflict) }
            let conversation = try begin(wanted, for: context.person(), key: key)
            return try await reply(to: try post(request.content, in: conversation.id, context.idempotency))
        }
        routes.on(AgentAPI.listRuns) { [self] _, context in
            let id: ConversationID = try context.id()
            return .json(Page(data: runs.values.filter { $0.conversationID == id }.sorted { $0.id > $1.id }, nextCursor: nil))
        }
        routes.on(AgentAPI.getRun) { [self] _, context in
            guard let run = runs[try context.id()] else { throw Problem(.notFound) }
            return .json(run)
        }
        routes.on(AgentAPI.listRunEvents) { [self] _, context in
            let id: RunID = try context.id()
            let reply = receipts.values.first { $0.run.id == id }?.reply
            var events: [UInt8] = []
            if let reply, !cutsStreams {
                let data = try JSONCodec.encode(RunEvent.messageCompleted(MessageCompleted(message: reply)))
                ServerSentEvent(id: "1", data: String(decoding: data, as: UTF8.self)).write(into: &events)
            }
            return Reply(.bytes(events, mediaType: "text/event-stream"))
        }
        routes.on(AgentAPI.cancelRun) { [self] _, context in
            let id: RunID = try context.id()
            guard var run = runs[id] else { throw Problem(.notFound) }
            run.status = .cancelled
            run.usage = spentByCancelled
            runs[id] = run
            cancelled.insert(id)
            changed.notify()
            return .json(run)
        }
        let server = HTTPServer(on: loop)
        loop.spawn { [listener] in try await server.serve(listener, routes.handle) }
    }

    func stop() { listener.close() }

    private func answer<T: Encodable>(_ value: T, status: HTTPStatus? = nil) throws -> Reply<T> {
        guard case .object(var members) = try JSONValue(parsing: JSONCodec.encode(value)) else { return .json(value, status: status) }
        switch version {
        case .before: members.removeAll { $0.key == "owner_id" || $0.key == "sharing" }
        case .present: break
        case .next: members.append(JSONValue.Member(key: "of_the_next", value: .bool(true)))
        }
        return Reply(status: status, .encoded(try JSONCodec.encode(JSONValue.object(members))))
    }

    private func tool(_ name: String) -> Tool {
        Tool(
            name: name, description: "", kind: .code, parameters: true, needsSandbox: false,
            availability: ToolAvailability(isAvailable: true))
    }

    /// An agent of a person.
    func make(for person: Principal.Person) -> AgentID {
        let id = AgentID(loop.makeID())
        owners[id] = person
        return id
    }

    /// Shares an agent with its owner's organisation.
    func share(_ agent: AgentID) { shared.insert(agent) }

    /// Whose an agent is; nil: the person may not use it.
    private func owner(of agent: AgentID, for person: Principal.Person) -> UserID? {
        guard let owner = owners[agent], owner.organization == person.organization else { return nil }
        return owner.user == person.user || shared.contains(agent) ? owner.user : nil
    }

    /// Deletes an agent.
    func remove(_ agent: AgentID) { owners[agent] = nil }

    /// Waits until so many messages were posted.
    func waitForMessages(_ count: Int) async throws {
        try await loop.withTimeout(.seconds(120)) { [self] in try await changed.wait { [self] in messages.count < count } }
    }

    private func agent(_ id: AgentID, of owner: UserID) -> Agent {
        let now = Timestamp(microseconds: loop.wallClock)
        return Agent(
            id: id, ownerID: owner, name: "Agent", instructions: "", mode: .chat, maxSteps: 1,
            sharing: shared.contains(id) ? .organization : .private, version: 1, createdAt: now, updatedAt: now)
    }

    private func begin(_ request: CreateConversation, for person: Principal.Person, key: String) throws -> Conversation {
        if isDown { throw Problem(.unavailable) }
        guard owner(of: request.agentID, for: person) != nil else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/agent_id", detail: "names no agent that you may use")])
        }
        let id = begun[key] ?? ConversationID(loop.makeID())
        begun[key] = id
        conversations[id] = request.agentID
        let now = Timestamp(microseconds: loop.wallClock)
        return Conversation(id: id, agentID: request.agentID, title: request.title, messageCount: 0, createdAt: now, updatedAt: now)
    }

    private func reply(to receipt: MessageReceipt) async throws -> Reply<MessageReceipt> {
        try await changed.wait(atMost: .seconds(20)) { [self] in runs[receipt.run.id]?.status == .running }
        var receipt = receipt
        receipt.run = runs[receipt.run.id] ?? receipt.run
        return try answer(receipt, status: receipt.run.status.isFinal ? .ok : .accepted)
    }

    private func post(_ content: String, in id: ConversationID, _ idempotency: IdempotentRequest?) throws -> MessageReceipt {
        if isDown { throw Problem(.unavailable) }
        guard let agent = conversations[id] else { throw Problem(.notFound) }
        let key = idempotency?.key ?? ""
        if let receipt = receipts[key] {
            guard requests[key] == idempotency else { throw Problem(.idempotencyKeyReused) }
            return receipt
        }
        guard owners[agent] != nil else { throw Problem(.conflict, detail: "The agent of this conversation was deleted.") }
        let answer = script(content)
        if case .refusal(let problem) = answer { throw problem }
        let now = Timestamp(microseconds: loop.wallClock)
        let message = Message(
            id: MessageID(loop.makeID()), conversationID: id, ordinal: 1, role: .user, content: content, createdAt: now)
        var run = Run(
            id: RunID(loop.makeID()), conversationID: id, agentID: agent, messageID: message.id, status: .running, lastEvent: 1,
            createdAt: now)
        var reply: Message?
        switch answer {
        case .reply(let text):
            run.status = .completed
            reply = Message(id: MessageID(loop.makeID()), conversationID: id, ordinal: 2, role: .assistant, content: text, createdAt: now)
        case .failure(let problem, let usage):
            run.status = .failed
            run.problem = problem
            run.usage = usage
        case .strange: run.status = .unknown
        case .never, .refusal: break
        }
        let receipt = MessageReceipt(message: message, run: run, reply: reply)
        runs[run.id] = run
        receipts[key] = receipt
        requests[key] = idempotency
        messages.append((id, content))
        changed.notify()
        return receipt
    }
}
