internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// Runs commands in people's sandboxes. A command lives and dies with its sandbox, and so does what is known of it.
final class CommandService {
    private let loop: EventLoop
    private let sandboxes: SandboxService
    /// How much output of a command is kept, in bytes.
    let keptOutput: Int

    /// A shell that has read the person's profile, as a terminal's would.
    private static let shell = ["/bin/bash", "-l", "-c"]
    private static let defaultTimeoutSeconds = 60
    /// How much a command may write in all, in what is kept of it.
    private static let outputFactor = 64

    init(loop: EventLoop, sandboxes: SandboxService, keptOutput: Int) {
        self.loop = loop
        self.sandboxes = sandboxes
        self.keptOutput = keptOutput
    }

    /// The command, begun. The same idempotency key gives the same command.
    func start(_ request: StartCommand, in sandbox: LiveSandbox, _ idempotency: IdempotentRequest?) async throws -> (
        RunningCommand, isReplayed: Bool
    ) {
        let timeout = request.timeoutS ?? (request.background == true ? nil : Self.defaultTimeoutSeconds)
        let program = SandboxProgram(
            arguments: request.arguments.map { [request.command] + $0 } ?? (Self.shell + [request.command]),
            folder: request.workingDirectory ?? "/home/user", environment: request.environment ?? [:],
            hasInput: request.stdin ?? false, terminal: request.terminal, timeout: timeout.map { .seconds($0) },
            output: .most(keptOutput * Self.outputFactor))
        return try await sandbox.commands.once(idempotency) {
            try await start(program, as: request.command, request.arguments, idempotency, in: sandbox)
        }
    }

    /// A program in a sandbox, under the name that it is listed with.
    func start(
        _ program: SandboxProgram, as name: String, _ arguments: [String]?, _ idempotency: IdempotentRequest?, in sandbox: LiveSandbox
    ) async throws -> RunningCommand {
        var program = program
        program.environment = sandbox.environment.merging(program.environment) { $1 }
        try program.validate()
        // While code is executed it is open already, unless that code has just been killed; the next execution opens it again.
        try? await sandbox.openNetwork()
        let command: RunningCommand
        do {
            command = try await RunningCommand.start(
                program, as: name, arguments: arguments, idempotency: idempotency, keeping: keptOutput, in: sandbox.process, on: loop)
        } catch let fault as SandboxFault where fault.problem.code == .notFound {
            // A program that is not there is a mistake in the request, not a resource that is missing.
            throw Problem(.validationFailed, detail: fault.detail)
        }
        sandbox.commands.add(command)
        sandbox.log.note("command \(command.pid) started: \(name)")
        command.onEnd = { [log = sandbox.log] command in
            log.note("command \(command.pid) ended with \(command.exitCode ?? 0), \(command.outcome?.rawValue ?? "")")
        }
        return command
    }

    func list(in id: SandboxID, of person: Principal.Person) async throws -> [RunningCommand] {
        try await sandboxes.running(id, of: person).commands.all
    }

    func get(_ command: CommandID, in id: SandboxID, of person: Principal.Person) async throws -> RunningCommand {
        guard let command = try await sandboxes.running(id, of: person).commands[command] else { throw Problem(.notFound) }
        return command
    }
}
