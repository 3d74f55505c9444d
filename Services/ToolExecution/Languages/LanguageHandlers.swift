internal import EventLoop
internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// Programs over HTTP: written to a folder of their own, built and run as commands.
struct LanguageHandlers {
    let catalogue: LanguageCatalogue
    let sandboxes: SandboxService
    let commands: CommandService
    let effects: EffectRunner
    let peers: PeerForwarder

    private static let defaultTimeoutSeconds = 60

    func list(_: NoContent, _ context: RequestContext) async throws -> Reply<ProgramLanguages> {
        .json(ProgramLanguages(data: catalogue.languages))
    }

    func run(_ request: RunProgram, _ context: RequestContext) async throws -> Reply<ProgramResult> {
        let language = try catalogue.language(request.language)
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<ProgramResult> = try await peers.forward(context, to: node) { return answer }
        return try await effects.answer(context) {
            .json(try await run(request, in: language, try await sandboxes.running(context.id(), of: context.person())))
        }
    }

    private func run(_ request: RunProgram, in language: ProgramLanguage, _ sandbox: LiveSandbox) async throws -> ProgramResult {
        let files = SandboxFileService(sandbox: sandbox)
        let folder = "/tmp/program-\(CommandID(sandbox.loop.makeID()))"
        var text: ArraySlice<UInt8>? = Array(request.code.utf8)[...]
        _ = try await files.write("\(folder)/\(language.fileName)") {
            defer { text = nil }
            return text
        }
        let timeout = request.timeoutS ?? Self.defaultTimeoutSeconds
        var result = ProgramResult(build: nil, run: nil)
        if let build = language.buildCommand {
            let whole = language.runCommand == LanguageCatalogue.product ? "\(build) && { \(LanguageCatalogue.makingExecutable); }" : build
            result.build = try await finish(build, whole, [], nil, folder, timeout, in: sandbox)
        }
        if result.build.map({ $0.exitCode == 0 }) ?? true {
            let line = language.runCommand
            result.run = try await finish(
                line, line + " \"$@\"", request.arguments ?? [], request.stdin, folder, timeout, in: sandbox)
        }
        // What the program left behind may refuse to go; its result counts.
        try? await files.remove(folder, recursively: true)
        return result
    }

    /// Runs one of the catalogue's lines, as the text for the shell that it becomes, to its end.
    private func finish(
        _ line: String, _ text: String, _ arguments: [String], _ input: String?, _ folder: String, _ timeout: Int, in sandbox: LiveSandbox
    ) async throws -> SandboxCommand {
        let program = SandboxProgram(
            arguments: ["/bin/bash", "-c", text, "bash"] + arguments, folder: folder, hasInput: input != nil,
            timeout: .seconds(timeout), output: .most(commands.keptOutput))
        return try await sandbox.using {
            let command = try await commands.start(program, as: line, nil, nil, in: sandbox)
            if let input {
                do {
                    try await command.write(Array(input.utf8)[...])
                    try await command.closeInput()
                } catch let problem as Problem where problem.code == .conflict {
                    // It has ended without reading all of it, as it may.
                }
            }
            try await command.log.waitUntilComplete()
            return command.answer(withOutput: true)
        }
    }
}
