internal import Cryptography
internal import Glibc
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// envd's processes: commands, over Connect RPC.
struct EnvdProcessHandlers {
    let access: SandboxAccess
    let commands: CommandService
    /// How much a command may write, in bytes.
    let mostOutput: Int

    func answer(_ context: RequestContext) async throws -> HTTPServerResponse {
        let request = context.request
        return try await access.reach(request, context) { sandbox in
            switch request.parameters["method"] {
            case "List": try .json(["processes": .array(sandbox.commands.all.filter { !$0.hasEnded }.map(Self.description))])
            case "Start": try await start(try await ConnectFrames.message(request), context, in: sandbox)
            case "Connect":
                follow(try Self.command(try await ConnectFrames.message(request), in: sandbox), in: sandbox)
            case "Update": try await update(try await ConnectFrames.message(request), in: sandbox)
            case "SendInput": try await sendInput(try await ConnectFrames.message(request), in: sandbox)
            case "StreamInput": try await streamInput(request, in: sandbox)
            case "SendSignal": try await signal(try await ConnectFrames.message(request), in: sandbox)
            case "CloseStdin": try await closeInput(try await ConnectFrames.message(request), in: sandbox)
            default: throw Problem(.notFound, detail: "no such method")
            }
        }
    }

    private static func description(_ command: RunningCommand) -> JSONValue {
        let environment = command.environment.sorted { $0.key < $1.key }.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }
        return [
            "config": [
                "cmd": .string(command.command), "args": .array((command.arguments ?? []).map { .string($0) }),
                "envs": .object(environment),
                "cwd": .string(command.folder),
            ], "pid": .int(command.pid), "tag": command.tag.map { .string($0) } ?? .null,
        ]
    }

    /// The running command that a selector names.
    private static func command(_ message: JSONValue, in sandbox: LiveSandbox) throws -> RunningCommand {
        let selector = message["process"]
        let found = sandbox.commands.all.last { command in
            if command.hasEnded { return false }
            if let pid = selector?["pid"]?.int { return command.pid == pid }
            return selector?["tag"]?.string.map { $0 == command.tag } ?? false
        }
        guard let found else { throw Problem(.notFound, detail: "no such process") }
        return found
    }

    private func start(_ message: JSONValue, _ context: RequestContext, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        let process = message["process"]
        guard let program = process?["cmd"]?.string, !program.isEmpty else { throw Problem(.validationFailed, detail: "cmd is missing") }
        var environment: [String: String] = [:]
        for member in process?["envs"]?.members ?? [] { environment[member.key] = member.value.string }
        let size = message["pty"]?["size"]
        let arguments = process?["args"]?.elements?.compactMap(\.string) ?? []
        let wish = SandboxProgram(
            arguments: [program] + arguments, folder: process?["cwd"]?.string ?? "/home/user", environment: environment,
            hasInput: message["stdin"] != .bool(false),
            terminal: size.map { TerminalSize(rows: $0["rows"]?.int ?? 24, columns: $0["cols"]?.int ?? 80) },
            timeout: context.request.fields["connect-timeout-ms"].flatMap { Int($0) }.map { .seconds(max(1, $0 / 1000)) },
            output: .most(mostOutput))
        let command = try await commands.start(wish, as: program, arguments, nil, in: sandbox)
        command.tag = message["tag"]?.string
        return follow(command, in: sandbox)
    }

    /// What the command does, from its beginning.
    private func follow(_ command: RunningCommand, in sandbox: LiveSandbox) -> HTTPServerResponse {
        ConnectFrames.stream { send in
            try await sandbox.using {
                try await send(["event": ["start": ["pid": .int(command.pid)]]])
                var number = 0
                while true {
                    while let (next, entry) = command.log.entry(after: number) {
                        number = next
                        if let event = Self.event(entry, of: command) { try await send(["event": event]) }
                    }
                    if command.log.isComplete { return }
                    if try await !command.log.hasEntry(after: number, atMost: .seconds(15)) {
                        try await send(["event": ["keepalive": [:]]])
                    }
                }
            }
        }
    }

    private static func event(_ entry: CommandLog.Entry, of command: RunningCommand) -> JSONValue? {
        func data(_ stream: OutputStream, _ bytes: [UInt8]) -> JSONValue {
            let name = command.hasTerminal ? "pty" : stream == .stderr ? "stderr" : "stdout"
            return ["data": .object([JSONValue.Member(key: name, value: .string(Base64.encode(bytes)))])]
        }
        switch entry {
        case .started: return nil
        case .output(let stream, let bytes): return data(stream, bytes)
        // Their protocol has no word for it.
        case .dropped(let events): return data(.stderr, Array("[\(events) pieces of output were dropped here]\n".utf8))
        case .exited(let code, let outcome):
            var end: [JSONValue.Member] = [
                JSONValue.Member(key: "exitCode", value: .int(code)), JSONValue.Member(key: "exited", value: .bool(outcome == .exited)),
                JSONValue.Member(key: "status", value: .string("exit status \(code)")),
            ]
            if outcome != .exited { end.append(JSONValue.Member(key: "error", value: .string(outcome.rawValue))) }
            return ["end": .object(end)]
        }
    }

    private func update(_ message: JSONValue, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        let command = try Self.command(message, in: sandbox)
        if let size = message["pty"]?["size"], let rows = size["rows"]?.int, let columns = size["cols"]?.int {
            try await command.resize(TerminalSize(rows: rows, columns: columns))
        }
        return try .json([:])
    }

    private static func bytes(_ input: JSONValue?) throws -> [UInt8] {
        guard let text = input?["stdin"]?.string ?? input?["pty"]?.string, let bytes = Base64.decode(text) else {
            throw Problem(.validationFailed, detail: "the input is no Base64")
        }
        return bytes
    }

    private func sendInput(_ message: JSONValue, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        try await Self.command(message, in: sandbox).write(try Self.bytes(message["input"])[...])
        return try .json([:])
    }

    private func closeInput(_ message: JSONValue, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        try await Self.command(message, in: sandbox).closeInput()
        return try .json([:])
    }

    private func streamInput(_ request: HTTPServerRequest, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        var frames = ConnectFrames.Reader(request.body)
        var command: RunningCommand?
        while let message = try await frames.next() {
            if let start = message["start"] { command = try Self.command(start, in: sandbox) }
            if let data = message["data"] {
                guard let command else { throw Problem(.validationFailed, detail: "data before the start") }
                try await command.write(try Self.bytes(data["input"])[...])
            }
        }
        return ConnectFrames.stream { send in try await send([:]) }
    }

    private func signal(_ message: JSONValue, in sandbox: LiveSandbox) async throws -> HTTPServerResponse {
        let command = try Self.command(message, in: sandbox)
        switch message["signal"] {
        case "SIGNAL_SIGTERM", 15: try await command.signal(SIGTERM)
        case "SIGNAL_SIGKILL", 9: try await command.signal(SIGKILL)
        default: throw Problem(.validationFailed, detail: "no such signal")
        }
        return try .json([:])
    }
}
