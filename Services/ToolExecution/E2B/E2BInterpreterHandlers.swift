internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// E2B's interpreter: code, and the contexts that it runs in.
struct E2BInterpreterHandlers {
    let access: SandboxAccess
    let loop: EventLoop

    private static let timeoutSeconds = 3600
    private static let languages: [String: CodeLanguage] = [
        "python": .python, "python3": .python, "javascript": .javascript, "js": .javascript, "bash": .bash,
    ]

    private static func language(_ value: JSONValue?) throws -> CodeLanguage? {
        guard let name = value?.string, !name.isEmpty else { return nil }
        guard let language = languages[name.lowercased()] else {
            throw Problem(.validationFailed, detail: "there is no interpreter of \(name.prefix(40))")
        }
        return language
    }

    func execute(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            let wish = try await context.request.body.json()
            let code = wish["code"]?.string ?? ""
            let place = try sandbox.contexts.place(wish["context_id"]?.string, try Self.language(wish["language"]) ?? .python)
            let language = place.context.language
            try CodeBlock.validate(language, code)
            var environment: [String: String] = [:]
            for member in wish["env_vars"]?.members ?? [] { environment[member.key] = member.value.string }
            let block = CodeBlock(
                language: language, code: code, timeoutSeconds: Self.timeoutSeconds, outputBytes: nil, contextID: place.context.id,
                wantsValues: true)
            let log = ExecutionLog(on: loop)
            let preparation = try InterpreterPreparation.code(language, environment: environment, folder: nil)
            let client = context.request
            loop.spawn { await Self.run(block, after: preparation, in: sandbox, log, for: client) }
            return Self.stream(log, count: sandbox.countExecution(), of: sandbox)
        }
    }

    /// One after another: who asks while other code runs waits.
    private static func run(
        _ block: CodeBlock, after preparation: String?, in sandbox: LiveSandbox, _ log: ExecutionLog, for client: HTTPServerRequest
    ) async {
        defer { log.complete() }
        do { try await sandbox.takeWhenFree() } catch { return }
        defer { sandbox.release() }
        if client.isClientGone { return }
        sandbox.stop(log, without: client)
        do {
            if let preparation {
                let place = try sandbox.contexts.place(for: block)
                // First the sandbox's own variables: those of this code count over them.
                try await sandbox.prepare(place)
                try await sandbox.evaluateQuietly(preparation, in: place.interpreter)
            }
            await CodeExecution(sandbox: sandbox, block: block, log: log) { _, _ in throw SandboxGone() }.run()
        } catch {
            log.end(with: .failed(CodeFailed(problem: ProblemAnswer.problem(for: error) ?? Problem(.sandboxEnded))))
        }
    }

    /// A JSON object for each event, one a line.
    private static func stream(_ log: ExecutionLog, count: Int, of sandbox: LiveSandbox) -> HTTPServerResponse {
        HTTPServerResponse(
            status: .ok, fields: [.contentType: "application/x-ndjson"],
            body: .stream(length: nil) { writer in
                var number = 0
                try await writer.write(try line(["type": "number_of_executions", "execution_count": .int(count)]))
                while true {
                    while let event = log.events.dropFirst(number).first {
                        number += 1
                        if let value = Self.line(of: event, in: sandbox) { try await writer.write(try line(value)) }
                    }
                    if log.isComplete { break }
                    if try await !log.hasEvent(after: number, atMost: .seconds(15)) {
                        try await writer.write(try line(["type": "keepalive"]))
                    }
                }
                try await writer.write(try line(["type": "end_of_execution"]))
            })
    }

    private static func line(_ value: JSONValue) throws -> [UInt8] { try JSONCodec.encode(value) + [UInt8(ascii: "\n")] }

    private static func line(of event: ExecutionEvent, in sandbox: LiveSandbox) -> JSONValue? {
        switch event {
        case .output(let output):
            let time = Int(sandbox.loop.wallClock) * 1000
            return ["type": .string(output.stream == .stderr ? "stderr" : "stdout"), "text": .string(output.text), "timestamp": .int(time)]
        case .value(let value):
            var members: [JSONValue.Member] = [JSONValue.Member(key: "type", value: "result")]
            let forms: [(String, String?)] = [
                ("text", value.text), ("html", value.html), ("markdown", value.markdown), ("svg", value.svg), ("png", value.png),
                ("jpeg", value.jpeg), ("pdf", value.pdf), ("latex", value.latex), ("javascript", value.javascript),
            ]
            for (name, form) in forms { if let form { members.append(JSONValue.Member(key: name, value: .string(form))) } }
            if let json = value.json { members.append(JSONValue.Member(key: "json", value: json)) }
            members.append(JSONValue.Member(key: "is_main_result", value: .bool(value.isMain ?? false)))
            return .object(members)
        case .raised(let error):
            return ["type": "error", "name": .string(error.name), "value": .string(error.value), "traceback": .string(error.traceback)]
        case .completed(let end) where end.outcome != .exited:
            let text = "the code was stopped: \(end.outcome.rawValue)"
            return ["type": "error", "name": .string(end.outcome.rawValue), "value": .string(text), "traceback": .string(text)]
        case .failed(let failed):
            let text = failed.problem.detail ?? failed.problem.title
            return ["type": "error", "name": .string(failed.problem.code.rawValue), "value": .string(text), "traceback": .string(text)]
        case .completed, .sandboxReset, .artifact, .unknown: return nil
        }
    }

    // MARK: Contexts

    private static func description(_ context: CodeContext) -> JSONValue {
        ["id": .string(context.id), "language": .string(context.language.rawValue), "cwd": .string(context.workingDirectory)]
    }

    func createContext(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            let wish = try await context.request.body.json()
            let made = try await ContextService(sandbox: sandbox).create(
                try Self.language(wish["language"]) ?? .python, workingDirectory: wish["cwd"]?.string)
            return try .json(Self.description(made))
        }
    }

    func listContexts(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { try .json(.array($0.contexts.all.map(Self.description))) }
    }

    func restartContext(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            try await ContextService(sandbox: sandbox).restart(context.request.parameters["context"] ?? "")
            return HTTPServerResponse(status: .noContent)
        }
    }

    func deleteContext(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            try await ContextService(sandbox: sandbox).delete(context.request.parameters["context"] ?? "")
            return HTTPServerResponse(status: .noContent)
        }
    }
}
