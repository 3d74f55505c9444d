internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import PostgresClient
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Tools over HTTP.
struct ToolHandlers {
    let catalogue: ToolCatalogue
    let tools: ToolService
    let sandboxes: SandboxService
    let database: PostgresClient
    let peers: PeerForwarder

    func mount(on routes: ServiceRoutes) {
        routes.on(ToolsAPI.listTools, list)
        routes.on(ToolsAPI.getTool, get)
        routes.on(ToolsAPI.executeTool, execute)
    }

    private func list(_ query: ToolQuery, _ context: RequestContext) async throws -> Reply<Page<Tool>> {
        let page = try await catalogue.list(query, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Tool> {
        let (tool, tag) = try await catalogue.tool(name(context), of: context.person())
        return .json(tool, fields: [.etag: tag])
    }

    private func execute(_ request: ExecuteTool, _ context: RequestContext) async throws -> Reply<ToolResult> {
        let person = try context.person()
        if request.sandboxID != nil, context.principal?.allows(.sandboxesWrite) != true {
            throw Problem(
                .permissionDenied, detail: "a tool in a sandbox of yours needs the permission \(Permission.sandboxesWrite.rawValue) too")
        }
        let key = try key(of: request, context, person)
        // What was begun is what it is, whatever holds for the tool by now.
        switch try await tools.known(key) {
        case .here(let log)?: return try await reply((log, isReplayed: true), context)
        case .elsewhere(let node)?:
            if let answer: Reply<ToolResult> = try await peers.forward(context, to: node) { return answer }
            throw Problem(.unavailable, detail: "it runs on another server")
        case nil: break
        }
        let tool = try await catalogue.usable(name(context), for: request.agentID, of: person) {
            try await isApproved(request, context, person)
        }
        if tool.needsSandbox, request.sandboxID == nil {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/sandbox_id", detail: "is required by this tool")])
        }
        if tool.kind.hasOwnSandbox, request.sandboxID != nil {
            throw Problem(
                .validationFailed, errors: [FieldError(pointer: "/sandbox_id", detail: "this tool works in a sandbox of its own")])
        }
        let call = ToolExecutionCall(
            tool: tool.name, program: try tool.program(request.arguments), sandbox: request.sandboxID,
            timeoutSeconds: request.timeoutS, person: person, token: context.bearerToken ?? "", origin: CallOrigin(context))
        if let id = request.sandboxID, let node = try await sandboxes.node(of: id, person),
            let answer: Reply<ToolResult> = try await peers.forward(context, to: node)
        {
            return answer
        }
        return try await reply(try await tools.execute(call, key, for: context.request), context)
    }

    /// By what a call is carried out once; nil when its caller named nothing.
    private func key(of request: ExecuteTool, _ context: RequestContext, _ person: Principal.Person) throws -> EffectKey? {
        if let name = request.effectKey {
            return try EffectKey(name, tool: self.name(context), sandbox: request.sandboxID, request.arguments, of: person)
        }
        return context.idempotency.map { EffectKey($0, of: person) }
    }

    /// Only the person can agree: with the call itself, or before it and to this one. No service can in the person's name.
    private func isApproved(
        _ request: ExecuteTool, _ context: RequestContext, _ person: Principal.Person
    ) async throws -> Bool {
        if request.approved == true, context.principal?.isService != true { return true }
        guard let name = request.effectKey else { return false }
        // In whichever sandbox: an effect has one.
        let key = try EffectKey(name, tool: self.name(context), sandbox: nil, request.arguments, of: person)
        return try await ApprovalStore.contains(key, in: database.as(person.organization))
    }

    private func reply(
        _ call: (log: ExecutionLog, isReplayed: Bool), _ context: RequestContext
    ) async throws -> Reply<ToolResult> {
        let log = call.log
        if context.acceptsEvents {
            return .events(of: log, after: try context.lastEventID()).replayed(call.isReplayed)
        }
        try await log.waitUntilComplete()
        return .json(ToolResult(tool: name(context), try log.result())).replayed(call.isReplayed)
    }

    private func name(_ context: RequestContext) -> String { context.request.parameters["name"] ?? "" }
}

extension ToolKind {
    /// Whether its calls reach outside or read what strangers wrote: they share a sandbox with nothing.
    fileprivate var hasOwnSandbox: Bool {
        switch self {
        case .network, .http, .program: true
        case .code, .files, .unknown: false
        }
    }
}
