internal import Cryptography
internal import EventLoop
internal import HTTPServer
internal import JSON
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// One call of a tool, checked.
struct ToolExecutionCall {
    var tool: String
    var program: ToolProgram
    /// The caller's; nil: one of the call's own.
    var sandbox: SandboxID?
    var timeoutSeconds: Int?
    var person: Principal.Person
    var token: String
    var origin: CallOrigin
}

extension EffectKey {
    /// By what a call of a tool is carried out once, when its caller named the effect.
    init(_ name: String, tool: String, sandbox: SandboxID?, _ arguments: JSONValue, of person: Principal.Person) throws {
        let content = Array("\(tool)\0\(sandbox?.description ?? "")\0".utf8) + (try JSONCodec.encode(arguments))
        self.init(
            key: Self.ofTool(name, person), hash: SHA256.digest(of: content).bytes, organization: person.organization)
    }

    /// The key of an effect that a caller of a tool named so.
    static func ofTool(_ name: String, _ person: Principal.Person) -> String { "\(person.user)/tool/\(name)" }
}

/// Carries out calls of tools: in the caller's sandbox, or in one that lives as long as the call.
final class ToolService {
    private let loop: EventLoop
    private let sandboxes: SandboxService
    private let host: SandboxHost
    private let policy: SandboxPolicy
    private let meter: UsageMeter
    private let effects: EffectRunner
    private let saver: FileSaver
    private var running: [OrganizationID: Int] = [:]

    private static let defaultTimeoutSeconds = 60

    init(
        loop: EventLoop, sandboxes: SandboxService, host: SandboxHost, policy: SandboxPolicy, meter: UsageMeter, effects: EffectRunner,
        saver: FileSaver
    ) {
        self.loop = loop
        self.sandboxes = sandboxes
        self.host = host
        self.policy = policy
        self.meter = meter
        self.effects = effects
        self.saver = saver
    }

    /// What is known of a call that was begun before; nil: it was not, or named no key.
    func known(_ key: EffectKey?) async throws -> KnownEffect? {
        guard let key else { return nil }
        return try await effects.known(key)
    }

    /// The events of a call, which with a key goes on whether its client follows them or not. Throws a problem when it cannot begin.
    func execute(
        _ call: ToolExecutionCall, _ key: EffectKey?, for client: HTTPServerRequest
    ) async throws -> (ExecutionLog, isReplayed: Bool) {
        if let key {
            return try await effects.run(key) { [self] effect in
                let sandbox = try await take(call)
                effect.sandbox = sandbox
                if effect.isCancelled {
                    effect.log.end(with: .completed(CodeCompleted(exitCode: 130, outcome: .cancelled, durationMs: 0)))
                    await giveBack(sandbox, of: call)
                } else {
                    await carryOut(call, in: sandbox, effect.log)
                }
                effect.sandbox = nil
            }
        }
        let sandbox = try await take(call)
        let log = ExecutionLog(on: loop)
        sandbox.stop(log, without: client)
        loop.spawn { [self] in
            await carryOut(call, in: sandbox, log)
            log.complete()
        }
        return (log, false)
    }

    private func take(_ call: ToolExecutionCall) async throws -> LiveSandbox {
        if let id = call.sandbox { return try await sandboxes.take(id, of: call.person) }
        let organization = call.person.organization
        // How many there are is counted here: what they are given together is in their rows, where a plan limits it.
        let plan = policy.plans[call.person.plan]
        try await meter.check(plan, of: organization)
        let count = running[organization, default: 0]
        guard count < plan.sandboxes else { throw SandboxPlan.problem("calls of tools at a time", "\(count)", nil, "\(plan.sandboxes)") }
        running[organization, default: 0] += 1
        do {
            let network = try await host.network(call.program.network, of: organization, pointer: "/arguments")
            let sandbox = try await host.start(
                SandboxID(loop.makeID()), for: SandboxOwner(organization: organization, user: call.person.user),
                limits: call.program.needs.raising(policy.limits), plan: plan, idleTimeout: .seconds(policy.idleSeconds), network: network)
            do { try await sandboxes.count(sandbox, ofCallIn: call.program.language) } catch {
                host.end(sandbox, .failed)
                throw error
            }
            _ = sandbox.take()
            return sandbox
        } catch {
            release(organization)
            throw error
        }
    }

    private func carryOut(_ call: ToolExecutionCall, in sandbox: LiveSandbox, _ log: ExecutionLog) async {
        let block = CodeBlock(
            language: call.program.language, code: call.program.code,
            timeoutSeconds: call.timeoutSeconds ?? Self.defaultTimeoutSeconds, outputBytes: nil)
        await CodeExecution(sandbox: sandbox, block: block, log: log) { [saver] file, reader in
            try await saver.save(file, reader, of: sandbox.id, token: call.token, from: call.origin)
        }.run()
        await giveBack(sandbox, of: call)
    }

    private func giveBack(_ sandbox: LiveSandbox, of call: ToolExecutionCall) async {
        if call.sandbox != nil { return await sandboxes.giveBack(sandbox) }
        await meter.count(sandbox)
        host.end(sandbox, .deleted)
        await sandboxes.stopCounting(sandbox)
        release(call.person.organization)
    }

    private func release(_ organization: OrganizationID) {
        let left = running[organization, default: 1] - 1
        running[organization] = left > 0 ? left : nil
    }
}
