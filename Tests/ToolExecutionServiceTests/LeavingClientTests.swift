import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Support
import Testing
import WireProtocol

@Suite("Clients that go away", .timeLimit(.minutes(15)))
struct LeavingClientTests {
    private static let endless = "touch /tmp/begun; sleep 3000"
    private static let events = [("accept", "text/event-stream")]

    /// Sends a request, and goes away once its code has begun.
    private func leave(_ sandbox: SandboxOfAPerson, _ request: @escaping () async throws -> RunningToolExecution.Answer)
        async throws
    {
        let loop = sandbox.service.loop
        let client = loop.spawn { try await request() }
        try await loop.eventually { try await sandbox.send(.get, "/files/entry?path=/tmp/begun").status == 200 }
        client.cancel()
    }

    /// As long as code runs in it, a sandbox takes no other.
    private func expectFree(_ sandbox: SandboxOfAPerson) async throws {
        let next = ExecuteCode(language: .bash, code: "true", timeoutS: 120)
        try await sandbox.service.loop.eventually { try await sandbox.send(.post, "/execute", next).status == 200 }
    }

    @Test("code without a key is stopped, whether a result or events are waited for", arguments: [[], Self.events])
    func withoutKey(fields: [(String, String)]) async throws {
        try await withSandbox { sandbox in
            try await leave(sandbox) {
                try await sandbox.send(.post, "/execute", ExecuteCode(language: .bash, code: Self.endless, timeoutS: 600), fields: fields)
            }
            try await expectFree(sandbox)
        }
    }

    @Test("code without a key is stopped in the process that holds its sandbox, too, when another was asked", arguments: [[], Self.events])
    func throughAnother(fields: [(String, String)]) async throws {
        try await withSandbox { sandbox in
            let replica = try await sandbox.service.replica()
            try await leave(sandbox) {
                let code = ExecuteCode(language: .bash, code: Self.endless, timeoutS: 600)
                return try await replica.send(.post, sandbox.path + "/execute", token: sandbox.token, code, fields: fields)
            }
            try await expectFree(sandbox)
            try await replica.stop()
        }
    }

    @Test("a call of a tool without a key is stopped")
    func tool() async throws {
        try await withSandbox { sandbox in
            try await leave(sandbox) {
                let call = ExecuteTool(arguments: ["command": .string(Self.endless)], sandboxID: sandbox.id, timeoutS: 600)
                return try await sandbox.service.send(.post, "/api/v1/tools/shell/execute", token: sandbox.token, call)
            }
            try await expectFree(sandbox)
        }
    }

    @Test("who waits for E2B's interpreter and goes away stops nobody else's code, and its own does not run")
    func waiting() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base"] as JSONValue).json
            let id = made["sandboxID"]?.string ?? ""
            let sandbox = SandboxOfAPerson(service: service, token: token, id: try #require(SandboxID(id)))
            let fields = [("e2b-sandbox-id", id), ("x-access-token", made["envdAccessToken"]?.string ?? "")]
            func bash(_ code: String) -> JSONValue { ["code": .string(code), "language": "bash"] }
            func execute(_ code: String) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/execute", token: "", bash(code), fields: fields)
            }
            func code(_ name: String) -> String { "touch /tmp/\(name); until [ -e /tmp/go ]; do sleep 0.05; done; echo done" }
            let first = service.loop.spawn { try await execute(code("first")) }
            try await service.loop.eventually { try await sandbox.send(.get, "/files/entry?path=/tmp/first").status == 200 }
            let second = try await service.open(.post, "/execute", token: "", bash(code("second")), fields: fields)
            second.body.cancel()
            _ = try await sandbox.run(StartCommand(command: "touch /tmp/go"))
            let answer = try await first.value
            #expect(String(decoding: answer.body, as: UTF8.self).contains("done"), "\(String(decoding: answer.body, as: UTF8.self))")
            // In its turn after the one that has gone.
            #expect(String(decoding: try await execute("ls /tmp").body, as: UTF8.self).contains("first"))
            #expect(try await sandbox.send(.get, "/files/entry?path=/tmp/second").status == 404)
        }
    }

    @Test("code with a key goes on, and its result is had by sending the request again")
    func withKey() async throws {
        try await withSandbox { sandbox in
            let code = "touch /tmp/begun; until [ -e /tmp/go ]; do sleep 0.05; done; echo done"
            let request = ExecuteCode(language: .bash, code: code, timeoutS: 600)
            let key = [("idempotency-key", "k")]
            try await leave(sandbox) { try await sandbox.send(.post, "/execute", request, fields: key) }
            _ = try await sandbox.run(StartCommand(command: "touch /tmp/go"))
            let again = try await sandbox.send(.post, "/execute", request, fields: key)
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(try again.decoded(ExecutionResult.self).stdout == "done\n")
        }
    }
}
