internal import EventLoop
internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// Programs over HTTP: written to a folder of their own, built and run as commands.
struct LanguageHandlers {
    let catalogue: LanguageCatalogue
    let sandboxes: SandboxService
    let commands: CommandService
    let peers: PeerForwarder

    private static let defaultTimeoutSeconds = 60

    func list(_: NoContent, _ context: RequestContext) async throws -> Reply<ProgramLanguages> {
        .json(ProgramLanguages(data: catalogue.languages))
    }

    func run(_ request: RunProgram, _ context: RequestContext) async throws -> Reply<ProgramResult> {
        let language = try catalogue.language(request.language)
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<ProgramResult> = try await peers.forward(request, context, to: node) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        let files = SandboxFileService(sandbox: sandbox)
        let folder = "/tmp/program-\(CommandID(context.loop.makeID()))"
        var text: ArraySlice<UInt8>? = Array(request.code.utf8)[...]
        _ = try await files.write("\(folder)/\(language.fileName)") {
            defer { text = nil }
            return text
        }
        let timeout = request.timeoutS ?? Self.defaultTimeoutSeconds
        var result = ProgramResult(build: nil, run: nil)
        if let build = language.buildCommand {
            result.build = try await finish(build, [], folder, timeout, in: sandbox)
        }
        if result.build.map({ $0.exitCode == 0 }) ?? true {
            result.run = try await finish(language.runCommand, request.arguments ?? [], folder, timeout, in: sandbox)
        }
        try await files.remove(folder, recursively: true)
        return .json(result)
    }

    /// Runs one of the catalogue's lines with arguments behind it, to its end.
    private func finish(
        _ line: String, _ arguments: [String], _ folder: String, _ timeout: Int, in sandbox: LiveSandbox
    ) async throws -> SandboxCommand {
        let program = SandboxProgram(
            arguments: ["/bin/bash", "-c", line + " \"$@\"", "bash"] + arguments, folder: folder, timeout: .seconds(timeout),
            output: .most(commands.keptOutput))
        return try await sandbox.using {
            let command = try await commands.start(program, as: line, nil, nil, in: sandbox)
            try await command.log.waitUntilComplete()
            return command.answer(withOutput: true)
        }
    }
}
