import AgentService
import EventLoop
import HTTPClient
import HTTPMessage
import Journal
import PostgresClient
import ServiceClients
import ServiceKit
import Support
import Telemetry
import WireProtocol

/// The endpoints of agents and conversations over a database of their own, with real tokens, without a socket.
struct AgentRoutes {
    let loop: EventLoop
    let issuer: TestIssuer
    let routes: ServiceRoutes
    /// As the superuser: it sees and may do all.
    let administrator: PostgresClient
    /// As the service.
    let database: PostgresClient
    let tools: ScriptedToolDirectory
    /// What people have agreed to: runs call no tool without.
    let approvals: ScriptedApprovals

    func send(
        _ method: HTTPMethod, _ target: String, as person: Principal.Person, _ json: String? = nil, fields: HTTPFields = HTTPFields(),
        actor: ServiceName? = nil
    ) async throws -> RouteAnswer {
        try await routes.answer(method, target, token: issuer.token(for: person, actor: actor), json, fields: fields, on: loop)
    }

    func makeAgent(for person: Principal.Person, name: String = "Analyst") async throws -> Agent {
        let json = #"{"name": "\#(name)", "instructions": "Compute.", "mode": "codeact"}"#
        return try await send(.post, "/api/v1/agents", as: person, json).decode()
    }

    func makeConversation(for person: Principal.Person, with agent: AgentID) async throws -> Conversation {
        try await send(.post, "/api/v1/conversations", as: person, #"{"agent_id": "\#(agent)"}"#).decode()
    }

    /// Writes messages as runs do: what a person says and what is answered, in turn.
    @discardableResult
    func say(_ texts: [String], in conversation: ConversationID, of person: Principal.Person, from first: Int = 1) async throws -> [Message]
    {
        var messages: [Message] = []
        for (index, text) in texts.enumerated() {
            let ordinal = first + index
            let message = Message(
                id: MessageID(loop.makeID()), conversationID: conversation, ordinal: ordinal, role: ordinal % 2 == 1 ? .user : .assistant,
                content: text, runID: RunID(loop.makeID()), createdAt: Timestamp(seconds: 1_800_000_000 + Int64(ordinal)))
            try await administrator.query(
                """
                INSERT INTO agent.messages (conversation_id, ordinal, id, organization_id, role, content, run_id, created_at)
                VALUES (\(conversation), \(ordinal), \(message.id), \(person.organization), \(message.role.rawValue), \(text), \(message.runID),
                    \(message.createdAt))
                """)
            messages.append(message)
        }
        try await administrator.query(
            """
            UPDATE agent.conversations SET message_count = message_count + \(texts.count),
                updated_at = \(Timestamp(microseconds: loop.wallClock)) WHERE id = \(conversation)
            """)
        return messages
    }
}

/// A database with the tables of the agent service.
func withAgentDatabase<T: Sendable>(_ body: @escaping @Sendable (EventLoop, TestDatabase) async throws -> T) async throws -> T {
    try await withDatabase { loop, database in
        try await database.addService("agent", loop)
        let owner = PostgresClient(loop, database.configuration(user: "agent_owner", tenantSetting: DatabaseConfiguration.tenantSetting))
        defer { owner.close() }
        _ = try await AgentServer.migrator().migrate(owner)
        return try await body(loop, database)
    }
}

/// Mounts the endpoints of runs, which are carried out with a scripted model, and code that prints 42.
private func mountRuns(
    on routes: ServiceRoutes, _ models: ScriptedModelCalls, _ approvals: ScriptedApprovals, _ client: PostgresClient, _ loop: EventLoop,
    _ log: Logger, _ conversations: ConversationService, _ destinations: KnownDestinations
) -> LoopTask<Void> {
    // What nobody gave up is nobody else's, however long the machine stalls.
    let journal = PostgresJournal(client, .run, lease: .seconds(3600))
    let tools = ScriptedToolCalls(printing: "42\n")
    tools.approvals = approvals
    let world = EngineWorld(
        loop: loop, journal: journal, runs: PostgresRunJournal(journal), models: models, tools: tools,
        history: ConversationWindow(loop: loop, database: client, redis: nil), wake: LocalWake(), tail: PollingTail(on: loop), log: log,
        metrics: MetricsRegistry())
    let engine = RunEngine(world, works: true)
    let runs = RunService(world, store: RunStore(client), engine: engine, destinations: destinations, runsPerPerson: 100)
    let handlers = RunHandlers(loop: loop, runs: runs, conversations: conversations, viewer: JournalViewer(engine.worker))
    let approvals = ApprovalService(client, runs: runs, calls: approvals, wake: world.wake)
    ApprovalHandlers(approvals: approvals).mount(on: routes)
    routes.on(AgentAPI.postMessage, handlers.post)
    routes.on(AgentAPI.beginConversation, handlers.begin)
    routes.on(AgentAPI.listRuns, handlers.list)
    routes.on(AgentAPI.getRun, handlers.get)
    routes.on(AgentAPI.listRunEvents, handlers.events)
    routes.on(AgentAPI.cancelRun, handlers.cancel)
    return loop.spawn { try await engine.worker.run() }
}

/// Runs `body` with the endpoints of agents and conversations, and with those of runs when `scripted` makes a model.
func withAgentRoutes(
    model environment: [String: String] = [:], runs scripted: (@Sendable (EventLoop) -> ScriptedModelCalls)? = nil,
    _ body: @escaping @Sendable (AgentRoutes) async throws -> Void
) async throws {
    try await withAgentDatabase { loop, database in
        let administrator = PostgresClient(loop, database.configuration())
        let client = PostgresClient(loop, database.configuration(user: "agent", tenantSetting: DatabaseConfiguration.tenantSetting))
        let issuer = try TestIssuer(on: loop)
        let identity = ServiceIdentity(
            .agent, loop: loop, caller: HTTPClient(on: loop),
            configuration: try Settings.read(environment: issuer.environment, IdentityConfiguration.init))
        let verifying = loop.spawn { try await identity.verifier.run() }
        defer {
            verifying.cancel()
            issuer.stop()
            client.close()
            administrator.close()
        }
        try await identity.verifier.waitUntilFresh(atMost: .seconds(120))
        let metrics = MetricsRegistry()
        let models = try ConfiguredModels(
            on: loop, try Settings.read(environment: environment, ModelConfiguration.init), calls: 64, metrics: metrics)
        let log = Logger(service: "agent", level: .error, output: LogOutput(on: loop))
        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: metrics)
        let window = ConversationWindow(loop: loop, database: client, redis: nil)
        let destinations = KnownDestinations()
        let tools = ScriptedToolDirectory()
        AgentHandlers(agents: AgentCatalogue(loop: loop, database: client, models: models, tools: tools), database: client).mount(
            on: routes)
        let conversations = ConversationService(loop: loop, database: client, window: window, destinations: destinations)
        ConversationHandlers(conversations: conversations, database: client).mount(on: routes)
        let approvals = ScriptedApprovals()
        let working = scripted.map { mountRuns(on: routes, $0(loop), approvals, client, loop, log, conversations, destinations) }
        defer { working?.cancel() }
        try await body(
            AgentRoutes(
                loop: loop, issuer: issuer, routes: routes, administrator: administrator, database: client, tools: tools,
                approvals: approvals))
    }
}
