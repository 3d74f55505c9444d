internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Tools over HTTP.
struct ToolHandlers {
    let catalogue: ToolCatalogue
    let tools: ToolService
    let sandboxes: SandboxService
    let peers: PeerForwarder

    func mount(on routes: ServiceRoutes) {
        routes.on(ToolsAPI.listTools, list)
        routes.on(ToolsAPI.getTool, get)
        routes.on(ToolsAPI.executeTool, execute)
    }

    private func list(_ page: PageQuery, _ context: RequestContext) async throws -> Reply<Page<Tool>> {
        let page = try await catalogue.list(page, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Tool> {
        .json(try await catalogue.tool(name(context), of: context.person()))
    }

    private func execute(_ request: ExecuteTool, _ context: RequestContext) async throws -> Reply<ToolResult> {
        let person = try context.person()
        // Only the person can agree, no service in the person's name.
        let isApproved = request.approved == true && context.principal?.isService != true
        let tool = try await catalogue.usable(name(context), for: request.agentID, isApproved: isApproved, of: person)
        if tool.needsSandbox, request.sandboxID == nil {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/sandbox_id", detail: "is required by this tool")])
        }
        if request.sandboxID != nil, context.principal?.allows(.sandboxesWrite) != true {
            throw Problem(
                .permissionDenied, detail: "a tool in a sandbox of yours needs the permission \(Permission.sandboxesWrite.rawValue) too")
        }
        if tool.kind.hasOwnSandbox, request.sandboxID != nil {
            throw Problem(
                .validationFailed, errors: [FieldError(pointer: "/sandbox_id", detail: "this tool works in a sandbox of its own")])
        }
        let call = ToolExecutionCall(
            tool: tool.name, program: try tool.program(request.arguments), sandbox: request.sandboxID,
            timeoutSeconds: request.timeoutS, person: person, token: context.bearerToken ?? "", origin: CallOrigin(context))
        let key = try call.key(request, context)
        var node = try await tools.node(of: key)
        if node == nil, let id = request.sandboxID { node = try await sandboxes.node(of: id, person) }
        if let answer: Reply<ToolResult> = try await peers.forward(request, context, to: node) { return answer }
        let log = try await tools.execute(call, key)
        if context.acceptsEvents { return .events(of: log, after: try context.lastEventID(), on: context.loop) }
        try await log.waitUntilComplete()
        return .json(ToolResult(tool: tool.name, try log.result()))
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
