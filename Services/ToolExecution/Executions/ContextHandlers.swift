internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// The interpreters of sandboxes over HTTP.
struct ContextHandlers {
    let sandboxes: SandboxService
    let effects: EffectRunner
    let peers: PeerForwarder

    func create(_ request: CreateContext, _ context: RequestContext) async throws -> Reply<CodeContext> {
        if let answer: Reply<CodeContext> = try await forward(context) { return answer }
        return try await effects.answer(context) {
            let contexts = ContextService(sandbox: try await sandbox(context))
            return .json(try await contexts.create(request.language ?? .python, workingDirectory: request.workingDirectory))
        }
    }

    func list(_: NoContent, _ context: RequestContext) async throws -> Reply<CodeContexts> {
        if let answer: Reply<CodeContexts> = try await forward(context) { return answer }
        return .json(CodeContexts(data: try await sandbox(context).contexts.all))
    }

    func restart(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        return try await effects.answer(context) {
            try await ContextService(sandbox: try await sandbox(context)).restart(Self.name(context))
            return .empty
        }
    }

    func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        try await ContextService(sandbox: try await sandbox(context)).delete(Self.name(context))
        return .empty
    }

    private static func name(_ context: RequestContext) -> String { context.request.parameters["context"] ?? "" }

    private func sandbox(_ context: RequestContext) async throws -> LiveSandbox {
        try await sandboxes.running(context.id(), of: context.person())
    }

    private func forward<Response>(_ context: RequestContext) async throws -> Reply<Response>? {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        return try await peers.forward(context, to: node)
    }
}
