import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("The life of sandboxes", .timeLimit(.minutes(15)))
struct SandboxLifeTests {
    @Test("variables, limits and the maker's words are kept, and lists can be asked for them")
    func described() async throws {
        let wish = CreateSandbox(
            template: .base, limits: SandboxSize(memoryMb: 64, processes: 20), metadata: ["job": "nightly", "run": "7"],
            environment: ["GREETING": "it's \"fine\"\nhere"])
        try await withSandbox(create: wish) { sandbox in
            let described: Sandbox = try await sandbox.send(.get, "").decoded()
            #expect(described.template == .base && described.metadata == ["job": "nightly", "run": "7"])
            #expect(try await sandbox.run(StartCommand(command: "echo \"$GREETING\"")).stdout == "it's \"fine\"\nhere\n")
            for (language, code) in [
                (CodeLanguage.python, "import os; print(os.environ['GREETING'])"), (.javascript, "console.log(process.env.GREETING)"),
                (.bash, "echo \"$GREETING\""),
            ] {
                let result: ExecutionResult = try await sandbox.send(.post, "/execute", ExecuteCode(language: language, code: code))
                    .decoded()
                #expect(result.stdout == "it's \"fine\"\nhere\n", "\(language): \(result)")
            }
            func list(_ query: String) async throws -> [SandboxID] {
                try await sandbox.service.send(.get, "/api/v1/sandboxes?" + query, token: sandbox.token).decoded(Page<Sandbox>.self).data
                    .map(\.id)
            }
            #expect(try await list("metadata=job=nightly&metadata=run=7&status=running") == [sandbox.id])
            #expect(try await list("metadata=job=other").isEmpty)
            #expect(try await list("status=ended").isEmpty)
            let seen = try #require(try await sandbox.send(.get, "").fields[.etag])
            let change = UpdateSandbox(timeoutS: 4000, metadata: ["job": .null, "note": .value("x")])
            let changed = try await sandbox.send(.patch, "", change, fields: [("if-match", seen)])
            #expect(try changed.decoded(Sandbox.self).timeoutS == 4000)
            #expect(try changed.decoded(Sandbox.self).metadata == ["run": "7", "note": "x"])
            #expect(changed.fields[.etag] != seen)
            #expect(try await sandbox.send(.patch, "", change, fields: [("if-match", seen)]).status == 412)
            let many = Dictionary(uniqueKeysWithValues: (0..<31).map { ("\($0)", Patch.value("x")) })
            #expect(try await sandbox.send(.patch, "", UpdateSandbox(metadata: many)).status == 422)
            #expect(try await list("metadata=job=nightly").isEmpty)
            let logs: SandboxLogs = try await sandbox.send(.get, "/logs").decoded()
            #expect(logs.data.first?.text == "sandbox started" && logs.data.contains { $0.text.contains("ended with 0, exited") })
        }
    }

    @Test("more than there is to have, and variables that cannot be, are refused")
    func refused() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func create(_ wish: CreateSandbox) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/api/v1/sandboxes", token: token, wish)
            }
            let large = try await create(CreateSandbox(limits: SandboxSize(memoryMb: 16_000)))
            #expect(large.status == 403 && large.code == "quota_exceeded")
            #expect(try await create(CreateSandbox(environment: ["A B": "c"])).status == 422)
            #expect(try await create(CreateSandbox(environment: ["1A": "c"])).status == 422)
        }
    }

    @Test("a value comes in every form that it has, figures and displayed values too, and the text is not printed")
    func rich() async throws {
        try await withSandbox(create: CreateSandbox(language: .python)) { sandbox in
            func execute(_ code: String, _ language: CodeLanguage = .python) async throws -> ExecutionResult {
                try await sandbox.send(.post, "/execute", ExecuteCode(language: language, code: code)).decoded()
            }
            let code = """
                class Shown:
                    def __repr__(self): return 'shown'
                    def _repr_html_(self): return '<b>shown</b>'
                    def _repr_png_(self): return b'\\x89PNG'
                    def _repr_json_(self): return {'a': [1, None]}
                print('printed')
                display(1)
                Shown()
                """
            let result = try await execute(code)
            #expect(result.stdout == "printed\n" && result.results.map(\.text) == ["1", "shown"])
            let shown = try #require(result.results.last)
            #expect(shown.html == "<b>shown</b>" && shown.png == "iVBORw==" && shown.json == ["a": [1, nil]] && shown.isMain == true)
            let script = try await execute("console.log('printed'); [1, 2]", .javascript)
            #expect(script.stdout == "printed\n" && script.results.map(\.text) == ["[ 1, 2 ]"])
            let wrong = try await execute("throw new RangeError('too far')", .javascript)
            #expect(wrong.error?.name == "RangeError" && wrong.error?.value == "too far" && wrong.exitCode == 1)
            let lies = try await execute("import os\nos.write(97, b'nonsense\\n{\"text\": 5}\\n' + b'x' * 100000)\n2")
            #expect(lies.exitCode == 0)
        }
    }

    @Test("a further interpreter has variables and a folder of its own; restarted, it has forgotten them")
    func contexts() async throws {
        try await withSandbox(create: CreateSandbox(language: .python, environment: ["KEPT": "1"])) { sandbox in
            let made: CodeContext = try await sandbox.send(.post, "/contexts", CreateContext(workingDirectory: "/tmp")).decoded()
            func execute(_ code: String, _ context: String?) async throws -> ExecutionResult {
                try await sandbox.send(.post, "/execute", ExecuteCode(language: .python, contextID: context, code: code)).decoded()
            }
            _ = try await execute("x = 1", nil)
            let other = try await execute("import os\nx = 2\nos.getcwd(), os.environ['KEPT']", made.id)
            #expect(other.results.map(\.text) == ["('/tmp', '1')"])
            #expect(try await execute("x", nil).results.map(\.text) == ["1"])
            #expect(try await execute("x", made.id).results.map(\.text) == ["2"])
            #expect(try await sandbox.send(.post, "/contexts/\(made.id)/restart").status == 204)
            #expect(try await execute("x", made.id).error?.name == "NameError")
            #expect(
                try await execute("os = __import__('os'); os.getcwd(), os.environ['KEPT']", made.id).results.map(\.text) == [
                    "('/tmp', '1')"
                ])
            let list: CodeContexts = try await sandbox.send(.get, "/contexts").decoded()
            #expect(list.data.map(\.id) == ["python", "javascript", "bash", made.id])
            #expect(try await sandbox.send(.post, "/contexts", CreateContext()).status == 201)
            #expect(try await sandbox.send(.post, "/contexts", CreateContext()).status == 403)
            #expect(try await sandbox.send(.delete, "/contexts/\(made.id)").status == 204)
            let gone = try await sandbox.send(.post, "/execute", ExecuteCode(language: .python, contextID: made.id, code: "1"))
            #expect(gone.status == 404)
        }
    }

    @Test("code for a context of another language is refused")
    func otherLanguage() async throws {
        try await withSandbox(create: CreateSandbox(language: .python)) { sandbox in
            for context in ["bash", try await sandbox.send(.post, "/contexts", CreateContext()).decoded(CodeContext.self).id] {
                let language: CodeLanguage = context == "bash" ? .python : .javascript
                let refused = try await sandbox.send(.post, "/execute", ExecuteCode(language: language, contextID: context, code: "1"))
                #expect(refused.status == 422 && refused.json["errors"]?[0]?["pointer"] == "/context_id", "\(refused.json)")
            }
        }
    }

    @Test("code does not run in an interpreter that could not be given its folder and variables, now or later")
    func unprepared() async throws {
        try await withSandbox(create: CreateSandbox(language: .python, environment: ["KEPT": "1"])) { sandbox in
            func context(_ command: String) async throws { _ = try await sandbox.run(StartCommand(command: command)) }
            try await context("mkdir /tmp/place")
            let made: CodeContext = try await sandbox.send(.post, "/contexts", CreateContext(workingDirectory: "/tmp/place")).decoded()
            try await context("rmdir /tmp/place")
            #expect(try await sandbox.send(.post, "/contexts/\(made.id)/restart").status == 204)
            let code = ExecuteCode(language: .python, contextID: made.id, code: "import os; (os.getcwd(), os.environ['KEPT'])")
            for _ in 0..<2 {
                let refused = try await sandbox.send(.post, "/execute", code)
                #expect(refused.status == 422 && refused.json["detail"]?.string?.contains("could not be prepared") == true)
            }
            try await context("mkdir /tmp/place")
            let result: ExecutionResult = try await sandbox.send(.post, "/execute", code).decoded()
            #expect(result.results.map(\.text) == ["('/tmp/place', '1')"])
        }
    }
}
