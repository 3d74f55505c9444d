internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// Commands over HTTP.
struct CommandHandlers {
    let commands: CommandService
    let sandboxes: SandboxService
    let effects: EffectRunner
    let peers: PeerForwarder

    /// Of input that may be sent again.
    private static let longestRepeatableInput = 1 << 20

    func start(_ request: StartCommand, _ context: RequestContext) async throws -> Reply<SandboxCommand> {
        if let answer: Reply<SandboxCommand> = try await forward(context) { return answer }
        let id: SandboxID = try context.id()
        let sandbox = try await sandboxes.running(id, of: context.person())
        let (command, isReplayed) = try await commands.start(request, in: sandbox, context.idempotency)
        if context.acceptsEvents { return .events(of: command.log, after: 0, in: sandbox).replayed(isReplayed) }
        let location = "/api/v1/sandboxes/\(id)/commands/\(command.id)"
        if request.background == true {
            return .json(command.answer(withOutput: false), status: .created, fields: [.location: location]).replayed(isReplayed)
        }
        try await sandbox.using { try await command.log.waitUntilComplete() }
        return .json(command.answer(withOutput: true), fields: [.location: location]).replayed(isReplayed)
    }

    func list(_: NoContent, _ context: RequestContext) async throws -> Reply<SandboxCommands> {
        if let answer: Reply<SandboxCommands> = try await forward(context) { return answer }
        let all = try await commands.list(in: context.id(), of: context.person())
        return .json(SandboxCommands(data: all.map { $0.answer(withOutput: false) }))
    }

    func get(_: NoContent, _ context: RequestContext) async throws -> Reply<SandboxCommand> {
        if let answer: Reply<SandboxCommand> = try await forward(context) { return answer }
        return .json(try await command(context).answer(withOutput: true))
    }

    func follow(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        return .events(of: try await command(context).log, after: try context.lastEventID(), in: sandbox)
    }

    func input(_ query: CommandInputQuery, _ context: RequestContext) async throws -> Reply<NoContent> {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        if let answer: Reply<NoContent> = try await peers.forward(context, to: node) { return answer }
        let isLast = query.end == true
        guard context.request.fields.contains("idempotency-key") else {
            let command = try await command(context)
            while let piece = try await context.request.body.next() { try await command.write(piece) }
            if isLast { try await command.closeInput() }
            return .empty
        }
        // All of it comes before any of it is given: of what is cut off on its way the command has nothing.
        let input = try await context.request.body.collect(upTo: Self.longestRepeatableInput)
        context.idempotency = try IdempotentRequest(context.request.head, body: [isLast ? 1 : 0] + input)
        return try await effects.answer(context) {
            let command = try await command(context)
            try await command.write(input[...])
            if isLast { try await command.closeInput() }
            return .empty
        }
    }

    func signal(_ request: SendSignal, _ context: RequestContext) async throws -> Reply<NoContent> {
        guard let number = request.signal.number else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/signal", detail: "is no signal that can be sent")])
        }
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        return try await effects.answer(context) {
            try await command(context).signal(number)
            return .empty
        }
    }

    func resize(_ size: TerminalSize, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        let command = try await command(context)
        guard command.hasTerminal else { throw Problem(.conflict, detail: "the command has no terminal") }
        try await command.resize(size)
        return .empty
    }

    func kill(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        try await command(context).kill()
        return .empty
    }

    private func command(_ context: RequestContext) async throws -> RunningCommand {
        try await commands.get(context.id("command"), in: context.id(), of: context.person())
    }

    private func forward<Response>(_ context: RequestContext) async throws -> Reply<Response>? {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        return try await peers.forward(context, to: node)
    }
}
