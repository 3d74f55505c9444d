internal import EventLoop
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// Everything that E2B's programs ask, mounted.
struct E2BRoutes {
    let loop: EventLoop
    let sandboxes: SandboxService
    let commands: CommandService
    let peers: PeerForwarder
    let access: SandboxAccess
    let policy: SandboxPolicy

    func mount(on routes: ServiceRoutes) {
        E2BControlHandlers(sandboxes: sandboxes, access: access, peers: peers, limits: policy.limits).mount(on: routes)
        let files = EnvdFileHandlers(access: access)
        let interpreter = E2BInterpreterHandlers(access: access, loop: loop)
        let processes = EnvdProcessHandlers(access: access, commands: commands, mostOutput: policy.limits.outputBytes * 64)
        mount(E2BAPI.process.description, .connect, processes.answer, on: routes)
        mount(E2BAPI.filesystem.description, .connect, EnvdFilesystemHandlers(access: access).answer, on: routes)
        let state = EnvdStateHandlers(access: access, limits: policy.limits)
        mount(E2BAPI.health.description, .plain, state.health, on: routes)
        mount(E2BAPI.measure.description, .plain, state.metrics, on: routes)
        mount(E2BAPI.variables.description, .plain, state.variables, on: routes)
        mount(E2BAPI.readFile.description, .plain, files.read, on: routes)
        mount(E2BAPI.writeFiles.description, .plain, files.write, on: routes)
        mount(E2BAPI.execute.description, .plain, interpreter.execute, on: routes)
        mount(E2BAPI.createContext.description, .plain, interpreter.createContext, on: routes)
        mount(E2BAPI.listContexts.description, .plain, interpreter.listContexts, on: routes)
        mount(E2BAPI.deleteContext.description, .plain, interpreter.deleteContext, on: routes)
        mount(E2BAPI.restartContext.description, .plain, interpreter.restartContext, on: routes)
    }

    private func mount(
        _ endpoint: EndpointDescription, _ shape: E2BErrors.Shape, _ handler: @escaping (RequestContext) async throws -> HTTPServerResponse,
        on routes: ServiceRoutes
    ) {
        routes.forward(endpoint) { context in try await E2BErrors.answering(shape) { try await handler(context) } }
    }
}
