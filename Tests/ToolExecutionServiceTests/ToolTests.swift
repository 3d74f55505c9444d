import EventLoop
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Tools", .timeLimit(.minutes(15)))
struct ToolTests {
    private func execute(
        _ name: String, _ request: ExecuteTool, _ service: RunningToolExecution, token: String, fields: [(String, String)] = []
    ) async throws -> RunningToolExecution.Answer {
        try await service.send(.post, "/api/v1/tools/\(name)/execute", token: token, request, fields: fields)
    }

    @Test("the catalogue says what there is, what each takes, and whether it can be used")
    func catalogue() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let all: Page<Tool> = try await service.send(.get, "/api/v1/tools?limit=100", token: token).decoded()
            let names = all.data.map(\.name)
            #expect(names == names.sorted())
            #expect(Set(names).isSuperset(of: ["python", "javascript", "shell", "read_file", "write_file", "list_files"]))
            for tool in all.data {
                #expect(tool.parameters["type"] == "object" && tool.parameters["properties"] != nil, "\(tool.name)")
                #expect(!tool.description.isEmpty)
                #expect(tool.availability.isAvailable || tool.availability.reason != nil, "\(tool.name)")
            }
            var listed: [String] = []
            var path: String? = "/api/v1/tools?limit=2"
            while let next = path {
                let page: Page<Tool> = try await service.send(.get, next, token: token).decoded()
                listed += page.data.map(\.name)
                path = page.nextCursor.map { "/api/v1/tools?limit=2&cursor=\($0)" }
            }
            #expect(listed == names)
            let python: Tool = try await service.send(.get, "/api/v1/tools/python", token: token).decoded()
            #expect(python.kind == .code && python.parameters["required"] == ["code"] && python.availability.isAvailable)
            #expect(try await service.send(.get, "/api/v1/tools/none", token: token).status == 404)
            #expect(try await execute("none", ExecuteTool(arguments: [:]), service, token: token).status == 404)
        }
    }

    @Test("what is missing on the machine is listed with the line that installs it")
    func missing() throws {
        let tool = try ToolDefinitionSample.needing("/nowhere/ruby", install: "apt-get install --yes ruby")
        #expect(!tool.isAvailable && tool.reason == "/nowhere/ruby is not installed" && tool.install == "apt-get install --yes ruby")
    }

    @Test("code runs in a sandbox of its own, which ends with the call, or in the caller's, which stays")
    func code() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let own: ToolResult = try await execute("python", ExecuteTool(arguments: ["code": "x = 6; x * 7"]), service, token: token)
                .decoded()
            #expect(own.content == "42\n" && own.outcome == .exited && own.exitCode == 0 && own.tool == "python")
            let gone: ToolResult = try await execute("python", ExecuteTool(arguments: ["code": "x"]), service, token: token).decoded()
            #expect(gone.exitCode == 1 && gone.errors.contains("NameError"))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
                .decoded()
            func inSandbox(_ name: String, _ arguments: JSONValue) async throws -> ToolResult {
                try await execute(name, ExecuteTool(arguments: arguments, sandboxID: sandbox.id), service, token: token).decoded()
            }
            _ = try await inSandbox("python", ["code": "x = 5"])
            #expect(try await inSandbox("python", ["code": "x + 1"]).content == "6\n")
            #expect(try await inSandbox("javascript", ["code": "console.log([1, 2].map(x => x * 2))"]).content == "[ 2, 4 ]\n")
            #expect(try await inSandbox("shell", ["command": "echo $((6 * 7))"]).content == "42\n")
        }
    }

    @Test("files are written, read and listed in the caller's sandbox, whatever their names and texts")
    func files() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            func call(_ name: String, _ arguments: JSONValue) async throws -> ToolResult {
                try await execute(name, ExecuteTool(arguments: arguments, sandboxID: sandbox.id), service, token: token).decoded()
            }
            let (path, text) = ("a b/it's $HOME `x` -n", "höher\n'$(exit 3)'\n\\\"end")
            #expect(try await call("write_file", ["path": .string(path), "content": .string(text)]).exitCode == 0)
            #expect(try await call("read_file", ["path": .string(path)]).content == text)
            #expect(try await call("read_file", ["path": .string(path), "offset": 1, "limit": 2]).content == "ö")
            _ = try await call("write_file", ["path": "-log", "content": "1\n"])
            _ = try await call("write_file", ["path": "-log", "content": "2\n", "append": true])
            #expect(try await call("read_file", ["path": "-log"]).content == "1\n2\n")
            let list = try await call("list_files", ["depth": 2])
            #expect(list.content.split(separator: "\n").contains("f 4 -log") && list.content.contains("d "))
            #expect(list.content.contains("a b/it's $HOME `x` -n"))
            let missing = try await call("read_file", ["path": "none"])
            #expect(missing.exitCode != 0 && missing.errors.contains("No such file"))
            // The interpreter itself is untouched.
            #expect(try await call("shell", ["command": "pwd; echo ${f-unset}"]).content == "/home/user\nunset\n")
        }
    }

    @Test("arguments that do not match the schema are refused with every wrong place")
    func validation() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let wrong = try await execute("python", ExecuteTool(arguments: ["cod": "1", "other": 2]), service, token: token)
            #expect(wrong.status == 422 && wrong.code == "validation_failed")
            let pointers = wrong.json["errors"]?.elements?.compactMap { $0["pointer"]?.string } ?? []
            #expect(Set(pointers) == ["/arguments/cod", "/arguments/other", "/arguments/code"])
            let type = try await execute("python", ExecuteTool(arguments: ["code": 7]), service, token: token)
            #expect(type.json["errors"]?[0]?["pointer"] == "/arguments/code")
            let none = try await execute("python", ExecuteTool(arguments: "code"), service, token: token)
            #expect(none.status == 422 && none.json["errors"]?[0]?["pointer"] == "/arguments")
            let zero = try await execute("python", ExecuteTool(arguments: ["code": "'\0'"]), service, token: token)
            #expect(zero.status == 422)
            let unnamed = try await execute("read_file", ExecuteTool(arguments: ["path": "x"]), service, token: token)
            #expect(unnamed.status == 422 && unnamed.json["errors"]?[0]?["pointer"] == "/sandbox_id")
            let stranger = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            let foreign = ExecuteTool(arguments: ["path": "x"], sandboxID: sandbox.id)
            #expect(try await execute("read_file", foreign, service, token: stranger).status == 404)
        }
    }

    @Test("the same effect key gives the first result and runs nothing; with other arguments it is refused")
    func once() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
                .decoded()
            func count(_ step: Int, key: String?, fields: [(String, String)] = []) async throws -> RunningToolExecution.Answer {
                let code = "n = globals().get('n', 0) + \(step); n"
                let call = ExecuteTool(arguments: ["code": .string(code)], sandboxID: sandbox.id, effectKey: key)
                return try await execute("python", call, service, token: token, fields: fields)
            }
            let first: ToolResult = try await count(1, key: "a").decoded()
            #expect(first.content == "1\n")
            #expect(try await count(1, key: "a").decoded(ToolResult.self) == first)
            let other = try await count(2, key: "a")
            #expect(other.status == 409 && other.code == "effect_key_reused")
            // Another person's key of the same name is another key.
            let theirs = ExecuteTool(arguments: ["code": "'theirs'"], effectKey: "a")
            let stranger = try service.personToken(Person(service.loop))
            #expect(try await execute("python", theirs, service, token: stranger).decoded(ToolResult.self).content == "'theirs'\n")
            let header = [("idempotency-key", "b")]
            let second: ToolResult = try await count(1, key: nil, fields: header).decoded()
            #expect(second.content == "2\n")
            #expect(try await count(1, key: nil, fields: header).decoded(ToolResult.self) == second)
            #expect(try await count(3, key: nil, fields: header).status == 422)
        }
    }

    @Test("a call is streamed as numbered events when events are wanted, and has a time limit")
    func streamed() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let call = ExecuteTool(arguments: ["code": "print('begun', flush=True)\nwhile True: pass"], timeoutS: 10)
            let answer = try await execute("python", call, service, token: token, fields: [("accept", "text/event-stream")])
            let events = try answer.events()
            #expect(events.first == .output(CodeOutput(stream: .stdout, text: "begun\n")))
            guard case .completed(let completed)? = events.last else { return #expect(Bool(false), "\(events)") }
            #expect(completed.outcome == .timedOut)
        }
    }

    @Test("tools and secrets have permissions of their own, and one to call tools gives no sandbox")
    func permissions() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            func status(_ scopes: [Permission], _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> Int {
                try await service.send(method, path, token: service.neighbours.token(for: person, scopes: scopes), body).status
            }
            let tool = "/api/v1/tools/python/execute"
            let sandboxes: [Permission] = [.sandboxesRead, .sandboxesWrite]
            for path in ["/api/v1/tools", "/api/v1/secrets"] { #expect(try await status(sandboxes, .get, path) == 403) }
            #expect(try await status(sandboxes, .post, tool, ["arguments": ["code": "1"]]) == 403)
            #expect(try await status([.toolsRead], .get, "/api/v1/tools") == 200)
            #expect(try await status([.toolsRead, .toolsWrite], .post, tool, ["arguments": ["code": "1"]]) == 403)
            #expect(try await status([.toolsExecute], .post, tool, ["arguments": ["code": "1"]]) == 200)
            #expect(try await status([.toolsExecute], .post, "/api/v1/sandboxes", [:]) == 403)
            let sandbox: Sandbox = try await service.send(
                .post, "/api/v1/sandboxes", token: service.personToken(person), CreateSandbox()
            ).decoded()
            let within: JSONValue = ["arguments": ["code": "1"], "sandbox_id": .string(sandbox.id.description)]
            #expect(try await status([.toolsExecute], .post, tool, within) == 403)
            #expect(try await status([.toolsExecute, .sandboxesWrite], .post, tool, within) == 200)
            #expect(try await status([.secretsRead], .get, "/api/v1/secrets") == 200)
            #expect(try await status([.secretsRead], .delete, "/api/v1/secrets/\(SecretID(service.loop.makeID()))") == 403)
            #expect(try await status([.secretsWrite], .delete, "/api/v1/secrets/\(SecretID(service.loop.makeID()))") == 404)
        }
    }
}
