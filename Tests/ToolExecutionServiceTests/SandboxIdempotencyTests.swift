import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Requests to a sandbox that are sent again", .timeLimit(.minutes(15)))
struct SandboxIdempotencyTests {
    private typealias Answer = RunningToolExecution.Answer

    /// Sends a request twice under a key, and once with another body; returns the first answer.
    private func twice<Request: Encodable>(
        _ sandbox: SandboxOfAPerson, _ path: String, _ request: Request, other: Request? = nil
    ) async throws -> Answer {
        let key = [("idempotency-key", "once-\(path)")]
        let first = try await sandbox.send(.post, path, request, fields: key)
        let again = try await sandbox.send(.post, path, request, fields: key)
        #expect((200..<300).contains(first.status) && first.fields["idempotent-replayed"] == nil, "\(path): \(first.json)")
        #expect(again.status == first.status && again.json == first.json, "\(path): \(again.json)")
        #expect(again.fields["idempotent-replayed"] == "true", "\(path)")
        if let other { #expect(try await sandbox.send(.post, path, other, fields: key).code == "idempotency_key_reused", "\(path)") }
        return first
    }

    @Test("a file is moved once; a move that failed can be tried again under its key")
    func move() async throws {
        try await withSandbox { sandbox in
            let move = MoveSandboxEntry(source: "/tmp/a", destination: "/tmp/b")
            let key = [("idempotency-key", "early")]
            #expect(try await sandbox.send(.post, "/files/moves", move, fields: key).status == 404)
            _ = try await sandbox.run(StartCommand(command: "echo 1 > /tmp/a"))
            let late = try await sandbox.send(.post, "/files/moves", move, fields: key)
            #expect(late.status == 200 && late.fields["idempotent-replayed"] == nil)
            _ = try await sandbox.run(StartCommand(command: "echo 2 > /tmp/a"))
            _ = try await twice(sandbox, "/files/moves", move, other: MoveSandboxEntry(source: "/tmp/b", destination: "/tmp/c"))
            #expect(try await sandbox.run(StartCommand(command: "cat /tmp/b; ls /tmp/a /tmp/c")).stdout == "2\n")
        }
    }

    @Test("an interpreter is started once, and restarted once")
    func contexts() async throws {
        try await withSandbox { sandbox in
            let made = try await twice(
                sandbox, "/contexts", CreateContext(language: .bash), other: CreateContext(language: .python)
            ).decoded(CodeContext.self)
            let all: CodeContexts = try await sandbox.send(.get, "/contexts").decoded()
            #expect(all.data.count == 4 && all.data.contains { $0.id == made.id })
            let restart = "/contexts/\(made.id)/restart"
            let key = [("idempotency-key", "restart")]
            #expect(try await sandbox.send(.post, restart, fields: key).status == 204)
            func say(_ code: String) async throws -> String {
                let request = ExecuteCode(language: .bash, contextID: made.id, code: code, timeoutS: 120)
                return try await sandbox.send(.post, "/execute", request).decoded(ExecutionResult.self).stdout
            }
            #expect(try await say("x=5") == "")
            let again = try await sandbox.send(.post, restart, fields: key)
            #expect(again.status == 204 && again.fields["idempotent-replayed"] == "true")
            #expect(try await say("echo $x") == "5\n")
            #expect(try await sandbox.send(.post, restart).status == 204)
            #expect(try await say("echo $x") == "\n")
        }
    }

    @Test("a program is run once, by requests at the same time too, and its result outlives the sandbox")
    func program() async throws {
        try await withSandbox { sandbox in
            let program = RunProgram(language: "bash", code: "echo x >> /home/user/runs; wc -l < /home/user/runs", timeoutS: 120)
            let key = [("idempotency-key", "once")]
            let tasks = (0..<3).map { _ in
                sandbox.service.loop.spawn { try await sandbox.send(.post, "/programs", program, fields: key) }
            }
            var answers: [Answer] = []
            for task in tasks { answers.append(try await task.value) }
            #expect(answers.allSatisfy { $0.status == 200 && $0.json["run"]?["stdout"] == .string("1\n") }, "\(answers.map(\.json))")
            #expect(answers.count { $0.fields["idempotent-replayed"] == "true" } == 2)
            let other = RunProgram(language: "bash", code: "true")
            #expect(try await sandbox.send(.post, "/programs", other, fields: key).code == "idempotency_key_reused")
            #expect(try await sandbox.send(.delete, "").status == 204)
            let late = try await sandbox.send(.post, "/programs", program, fields: key)
            #expect(late.status == 200 && late.json == answers[0].json)
            #expect(try await sandbox.send(.post, "/programs", program, fields: [("idempotency-key", "new")]).code == "sandbox_ended")
        }
    }

    @Test("code is executed once and a command started once, and a second answer says that it is one")
    func executions() async throws {
        try await withSandbox { sandbox in
            let code = ExecuteCode(language: .bash, code: "echo x >> runs; wc -l < runs", timeoutS: 120)
            let result = try await twice(sandbox, "/execute", code, other: ExecuteCode(language: .bash, code: "true"))
            #expect(result.json["stdout"] == .string("1\n"))
            let command = StartCommand(command: "wc -l < runs")
            #expect(try await twice(sandbox, "/commands", command, other: StartCommand(command: "true")).json["stdout"] == .string("1\n"))
        }
    }

    @Test("through another process of the service it is the same request, byte by byte, and its answer has its fields")
    func replica() async throws {
        try await withSandbox { sandbox in
            let other = try await sandbox.service.replica()
            // In an order that no encoder of ours writes.
            let program: JSONValue = ["code": "echo x >> /home/user/runs; wc -l < /home/user/runs", "language": "bash"]
            func run(_ service: RunningToolExecution) async throws -> Answer {
                try await service.send(
                    .post, sandbox.path + "/programs", token: sandbox.token, program, fields: [("idempotency-key", "once")])
            }
            let first = try await run(sandbox.service)
            let again = try await run(other)
            let command = StartCommand(command: "sleep 1000", background: true)
            let begun = try await other.send(.post, sandbox.path + "/commands", token: sandbox.token, command)
            try await other.stop()
            #expect(first.status == 200 && again.status == 200 && again.json == first.json, "\(again.json)")
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(begun.status == 201 && begun.fields[.location]?.hasPrefix(sandbox.path + "/commands/") == true, "\(begun.json)")
        }
    }

    @Test("input is given once, whole or not at all; with its end it is another")
    func input() async throws {
        try await withSandbox { sandbox in
            let command = try await sandbox.begin(StartCommand(command: "cat", stdin: true))
            let path = "/commands/\(command.id)/input"
            func give(_ bytes: [UInt8], _ key: String, _ query: String = "") async throws -> Answer {
                try await sandbox.upload(path + query, bytes, fields: [("idempotency-key", key)])
            }
            for isAgain in [false, true] {
                let answer = try await give(Array("hello\n".utf8), "a")
                #expect(answer.status == 204 && (answer.fields["idempotent-replayed"] == "true") == isAgain)
            }
            #expect(try await give(Array("other\n".utf8), "a").code == "idempotency_key_reused")
            #expect(try await give(Array("hello\n".utf8), "a", "?end=true").code == "idempotency_key_reused")
            #expect(try await give([UInt8](repeating: 0, count: 1 << 20 + 1), "b").code == "body_too_large")
            for _ in 0..<2 { #expect(try await give(Array("end\n".utf8), "c", "?end=true").status == 204) }
            _ = try await sandbox.events("/commands/\(command.id)")
            let ended: SandboxCommand = try await sandbox.send(.get, "/commands/\(command.id)").decoded()
            #expect(ended.stdout == "hello\nend\n" && ended.exitCode == 0)
        }
    }

    @Test("a signal is sent once")
    func signal() async throws {
        try await withSandbox { sandbox in
            let line = "trap 'echo usr1' USR1; trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"
            let command = try await sandbox.begin(StartCommand(command: line))
            let path = "/commands/\(command.id)"
            let stream = try await sandbox.follow(path)
            func wait(for text: String) async throws {
                var seen = ""
                while !seen.contains(text), let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            }
            try await wait(for: "ready")
            let key = [("idempotency-key", "signal")]
            #expect(try await sandbox.send(.post, path + "/signal", SendSignal(signal: .user1), fields: key).status == 204)
            try await wait(for: "usr1")
            let again = try await sandbox.send(.post, path + "/signal", SendSignal(signal: .user1), fields: key)
            #expect(again.status == 204 && again.fields["idempotent-replayed"] == "true")
            #expect(try await sandbox.send(.post, path + "/signal", SendSignal(signal: .terminate), fields: key).status == 422)
            #expect(try await sandbox.send(.post, path + "/signal", SendSignal(signal: .terminate)).status == 204)
            _ = try await sandbox.events(path)
            let ended: SandboxCommand = try await sandbox.send(.get, path).decoded()
            #expect(ended.stdout == "ready\nusr1\n" && ended.exitCode == 7, "\(ended)")
        }
    }
}
