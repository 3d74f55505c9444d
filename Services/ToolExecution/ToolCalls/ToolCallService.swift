internal import Cryptography
internal import JSON
internal import PostgresClient
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Carries out the calls of runs: each once, in the sandbox of its conversation.
final class ToolCallService {
    private let effects: EffectRunner
    private let sandboxes: SandboxService
    private let saver: FileSaver

    private static let defaultTimeoutSeconds = 60

    init(effects: EffectRunner, sandboxes: SandboxService, saver: FileSaver) {
        self.effects = effects
        self.sandboxes = sandboxes
        self.saver = saver
    }

    /// The events of a call, in the name of a person.
    func call(
        _ call: ToolCall, for subject: DelegationSubject, _ person: Principal.Person, from origin: CallOrigin
    ) async throws -> ExecutionLog {
        let key = EffectKey(key: call.effectKey, hash: try Self.hash(of: call, person), organization: person.organization)
        return try await effects.run(key) { [self] effect in
            try await execute(call, effect, for: subject, person, from: origin)
        }.log
    }

    /// The process that carries the call out, or has its conversation's sandbox; nil when that is this one, or none.
    func node(of call: ToolCall, _ person: Principal.Person) async throws -> PostgresUUID? {
        if let node = try await node(of: call.effectKey, person) { return node }
        return try await sandboxes.node(of: call.conversationID, person)
    }

    /// The process that carries a call out; nil when that is this one, or none.
    func node(of effectKey: String, _ person: Principal.Person) async throws -> PostgresUUID? {
        for key in Self.keys(of: effectKey, person) {
            if let node = try await effects.node(of: EffectKey(key: key, hash: [], organization: person.organization)) { return node }
        }
        return nil
    }

    /// Stops a call: of code, or of a tool, which a run never names alike.
    func cancel(_ effectKey: String, _ person: Principal.Person) async {
        for key in Self.keys(of: effectKey, person) { await effects.cancel(key) }
    }

    private static func keys(of effectKey: String, _ person: Principal.Person) -> [String] {
        [effectKey, EffectKey.ofTool(effectKey, person)]
    }

    private func execute(
        _ call: ToolCall, _ effect: RunningEffect, for subject: DelegationSubject, _ person: Principal.Person, from origin: CallOrigin
    ) async throws {
        let (sandbox, lossReason) = try await takeSandbox(for: call, person)
        effect.sandbox = sandbox
        if let reason = lossReason ?? Self.interpreterLoss(sandbox, call) {
            effect.log.append(.sandboxReset(SandboxReset(reason: reason)))
        }
        sandbox.lostInterpreters.remove(call.language)
        if effect.isCancelled {
            effect.log.end(with: .completed(CodeCompleted(exitCode: 130, outcome: .cancelled, durationMs: 0)))
        } else {
            let block = CodeBlock(
                language: call.language, code: call.code, timeoutSeconds: call.limits?.timeoutS ?? Self.defaultTimeoutSeconds,
                outputBytes: call.limits?.outputKb.map { $0 << 10 })
            await CodeExecution(sandbox: sandbox, block: block, log: effect.log) { [saver] file, reader in
                try await saver.save(file, reader, of: call, for: subject, from: origin)
            }.run()
        }
        effect.sandbox = nil
        await sandboxes.giveBack(sandbox)
    }

    /// The conversation's sandbox, taken; and why it is not the one of before, when the call counts on that.
    private func takeSandbox(for call: ToolCall, _ person: Principal.Person) async throws -> (LiveSandbox, lossReason: String?) {
        for _ in 0..<3 {
            let (sandbox, isNew) = try await sandboxes.sandbox(of: call.conversationID, for: person, limits: call.limits)
            let reason = isNew && call.expectsSession ? try await sandboxes.lossReason(of: call.conversationID, person) : nil
            try await sandbox.takeWhenFree()
            // It may have ended, or lost its place to another, while this call waited for it.
            if !sandbox.process.hasEnded { return (sandbox, reason) }
            sandbox.release()
        }
        throw Problem(.sandboxUnavailable, detail: "the conversation's sandbox ends again and again")
    }

    private static func interpreterLoss(_ sandbox: LiveSandbox, _ call: ToolCall) -> String? {
        guard call.expectsSession, sandbox.lostInterpreters.contains(call.language) else { return nil }
        return "the interpreter was stopped: its variables are gone, files are still there"
    }

    /// What makes two calls the same: who asks, where, and the code.
    private static func hash(of call: ToolCall, _ person: Principal.Person) throws -> [UInt8] {
        var call = call
        call.limits = nil
        call.expectsSession = false
        return SHA256.digest(of: Array("\(person.user)\0".utf8) + (try JSONCodec.encode(call))).bytes
    }
}
