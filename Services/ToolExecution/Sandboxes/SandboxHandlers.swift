internal import EventLoop
internal import HTTPMessage
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// Sandboxes over HTTP.
struct SandboxHandlers {
    let sandboxes: SandboxService
    let executions: ExecutionService
    let peers: PeerForwarder

    func create(_ request: CreateSandbox, _ context: RequestContext) async throws -> Reply<Sandbox> {
        try await sandboxes.create(request, context)
    }

    func list(_ query: SandboxQuery, _ context: RequestContext) async throws -> Reply<Page<Sandbox>> {
        let page = try await sandboxes.list(query, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Sandbox> {
        let sandbox = try await sandboxes.get(context.id(), of: context.person())
        return .json(sandbox, fields: [.etag: try sandbox.entityTag])
    }

    func update(_ request: UpdateSandbox, _ context: RequestContext) async throws -> Reply<Sandbox> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<Sandbox> = try await peers.forward(context, to: node) { return answer }
        let condition = try context.ifMatch(isDemanded: false)
        let sandbox = try await sandboxes.update(context.id(), request, ifMatch: condition, of: context.person())
        return .json(sandbox, fields: [.etag: try sandbox.entityTag])
    }

    func logs(_: NoContent, _ context: RequestContext) async throws -> Reply<SandboxLogs> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<SandboxLogs> = try await peers.forward(context, to: node) { return answer }
        return .json(SandboxLogs(data: try await sandboxes.running(context.id(), of: context.person()).log.lines))
    }

    func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<NoContent> = try await peers.forward(context, to: node) { return answer }
        try await sandboxes.delete(context.id(), of: context.person())
        return .empty
    }

    func execute(_ request: ExecuteCode, _ context: RequestContext) async throws -> Reply<ExecutionResult> {
        try CodeBlock.validate(request.language, request.code)
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<ExecutionResult> = try await peers.forward(context, to: node) { return answer }
        let (log, isReplayed) = try await executions.execute(request, in: context.id(), context)
        if context.acceptsEvents {
            return .events(of: log, after: try context.lastEventID()).replayed(isReplayed)
        }
        try await log.waitUntilComplete()
        return .json(try log.result()).replayed(isReplayed)
    }
}

extension Sandbox {
    /// Of what can be changed.
    var entityTag: String {
        get throws { try EntityTag.digest(of: UpdateSandbox(timeoutS: timeoutS, metadata: metadata.mapValues(Patch.value))) }
    }
}
