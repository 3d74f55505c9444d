internal import EventLoop
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Executes people's own code in their sandboxes; with an idempotency key, once.
final class ExecutionService {
    private let loop: EventLoop
    private let sandboxes: SandboxService
    private let effects: EffectRunner
    private let saver: FileSaver

    private static let defaultTimeoutSeconds = 60

    init(loop: EventLoop, sandboxes: SandboxService, effects: EffectRunner, saver: FileSaver) {
        self.loop = loop
        self.sandboxes = sandboxes
        self.effects = effects
        self.saver = saver
    }

    /// The events of an execution, which with a key goes on whether anyone follows them or not. Throws a problem when it cannot begin.
    func execute(_ request: ExecuteCode, in id: SandboxID, _ context: RequestContext) async throws -> (ExecutionLog, isReplayed: Bool) {
        let person = try context.person()
        let (origin, token) = (CallOrigin(context), context.bearerToken ?? "")
        guard let idempotency = context.idempotency else {
            let sandbox = try await sandboxes.take(id, of: person)
            let log = ExecutionLog(on: loop)
            sandbox.stop(log, without: context.request)
            loop.spawn { [self] in
                await execute(request, in: sandbox, log, token, origin)
                log.complete()
            }
            return (log, false)
        }
        return try await effects.run(EffectKey(idempotency, of: person)) { [self] effect in
            let sandbox = try await sandboxes.take(id, of: person)
            effect.sandbox = sandbox
            await execute(request, in: sandbox, effect.log, token, origin)
        }
    }

    private func execute(
        _ request: ExecuteCode, in sandbox: LiveSandbox, _ log: ExecutionLog, _ token: String, _ origin: CallOrigin
    ) async {
        let block = CodeBlock(
            language: request.language, code: request.code, timeoutSeconds: request.timeoutS ?? Self.defaultTimeoutSeconds,
            outputBytes: nil, contextID: request.contextID, wantsValues: true)
        await CodeExecution(sandbox: sandbox, block: block, log: log) { [saver] file, reader in
            try await saver.save(file, reader, of: sandbox.id, token: token, from: origin)
        }.run()
        await sandboxes.giveBack(sandbox)
    }
}
