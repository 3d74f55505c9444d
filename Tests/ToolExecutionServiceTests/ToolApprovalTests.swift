import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Calls that a person has a say in", .timeLimit(.minutes(15)))
struct ToolApprovalTests {
    /// A person, and a service that acts for them.
    private struct Bench {
        let service: RunningToolExecution
        let person: Person
        let token: String
        let acting: String

        init(_ service: RunningToolExecution) throws {
            self.service = service
            person = Person(service.loop)
            token = try service.personToken(person)
            acting = try service.neighbours.token(for: person, scopes: [.toolsExecute, .toolsRead, .toolCalls], actor: .agent)
        }

        func set(_ policy: ToolPolicy, tool: String = "python") async throws {
            let rule = ToolPolicyRule(tool: tool, policy: policy)
            #expect(try await service.send(.post, "/api/v1/tool-policies", token: token, rule).status == 200)
        }

        func call(_ key: String, _ code: String, tool: String = "python", approved: Bool? = nil) async throws -> RunningToolExecution.Answer
        {
            let call = ExecuteTool(arguments: ["code": .string(code)], effectKey: key, approved: approved)
            return try await service.send(.post, "/api/v1/tools/\(tool)/execute", token: acting, call)
        }

        func approve(_ key: String, _ code: String, token: String, tool: String = "python") async throws -> RunningToolExecution.Answer {
            let word = ApproveToolCall(effectKey: key, arguments: ["code": .string(code)])
            return try await service.send(.post, "/api/v1/tools/\(tool)/approve", token: token, word)
        }
    }

    @Test("what a person has agreed to a service may call: that call, with those arguments, and nothing else")
    func approved() async throws {
        try await withToolExecution { service in
            let bench = try Bench(service)
            try await bench.set(.ask)
            #expect(try await bench.call("run/1", "1").code == "approval_required")
            // Neither by saying so, nor by agreeing for the person.
            #expect(try await bench.call("run/1", "1", approved: true).code == "approval_required")
            #expect(try await bench.approve("run/1", "1", token: bench.acting).code == "permission_denied")
            #expect(try await bench.call("run/1", "1").code == "approval_required")
            for _ in 0..<2 { #expect(try await bench.approve("run/1", "1", token: bench.token).status == 204) }
            #expect(try await bench.call("run/1", "2").code == "approval_required")
            #expect(try await bench.call("run/2", "1").code == "approval_required")
            let stranger = try Bench(service)
            try await stranger.set(.ask)
            #expect(try await stranger.call("run/1", "1").code == "approval_required")
            #expect(try await bench.call("run/1", "1").decoded(ToolResult.self).content == "1\n")
            // Whose policy is to refuse is not called for all that was agreed before.
            #expect(try await bench.approve("run/3", "1", token: bench.token).status == 204)
            try await bench.set(.deny)
            #expect(try await bench.call("run/3", "1").code == "tool_denied")
            #expect(try await bench.approve("run/4", "1", token: bench.token, tool: "none").status == 404)
            let reader = try service.neighbours.token(for: Person(service.loop), scopes: [.toolsRead])
            #expect(try await bench.approve("run/4", "1", token: reader).status == 403)
        }
    }

    @Test("what a person has agreed to may be called in a sandbox that is named")
    func approvedInSandbox() async throws {
        try await withToolExecution { service in
            let bench = try Bench(service)
            try await bench.set(.ask)
            let sandbox: Sandbox = try await service.send(
                .post, "/api/v1/sandboxes", token: bench.token, CreateSandbox(language: .python)
            ).decoded()
            func call(_ key: String) async throws -> RunningToolExecution.Answer {
                let call = ExecuteTool(arguments: ["code": "1"], sandboxID: sandbox.id, effectKey: key)
                return try await service.send(.post, "/api/v1/tools/python/execute", token: bench.token, call)
            }
            #expect(try await call("one").code == "approval_required")
            #expect(try await bench.approve("one", "1", token: bench.token).status == 204)
            #expect(try await call("two").code == "approval_required")
            #expect(try await call("one").decoded(ToolResult.self).content == "1\n")
        }
    }

    @Test("a call that was made gives its result again, whatever is said of the tool by now")
    func recorded() async throws {
        try await withToolExecution { service in
            let bench = try Bench(service)
            let first = try await bench.call("run/1", "1").decoded(ToolResult.self)
            try await bench.set(.deny)
            #expect(try await bench.call("run/1", "1").decoded(ToolResult.self) == first)
            #expect(try await bench.call("run/2", "1").code == "tool_denied")
            #expect(try await bench.call("run/1", "2").code == "effect_key_reused")
            let own = CreateTool(
                name: "own", description: "Says one.", parameters: ["type": "object"],
                program: ProgramToolTarget(language: .python, code: "print(1)"))
            #expect(try await service.send(.post, "/api/v1/tools", token: bench.token, own).status == 201)
            func callOwn(_ key: String) async throws -> RunningToolExecution.Answer {
                try await service.send(
                    .post, "/api/v1/tools/own/execute", token: bench.acting, ExecuteTool(arguments: [:], effectKey: key))
            }
            let made = try await callOwn("run/3").decoded(ToolResult.self)
            #expect(made.content == "1\n")
            #expect(try await service.send(.delete, "/api/v1/tools/own", token: bench.token).status == 204)
            #expect(try await callOwn("run/3").decoded(ToolResult.self) == made)
            #expect(try await callOwn("run/4").status == 404)
        }
    }

    @Test("a call of a tool that is stopped as soon as it is known does not go on", arguments: ["python", "javascript"])
    func cancelledEarly(tool: String) async throws {
        try await withToolExecution { service in
            let bench = try Bench(service)
            let call = ExecuteTool(arguments: ["code": Self.endless(tool)], timeoutS: 600, effectKey: "run/1")
            let answer = service.loop.spawn {
                try await service.send(.post, "/api/v1/tools/\(tool)/execute", token: bench.acting, call)
            }
            try await service.loop.eventually { try await !service.administrator.query("SELECT FROM tool_execution.effects").isEmpty }
            let word = CancelToolCall(effectKey: "run/1")
            #expect(try await service.send(.post, "/internal/v1/tool-calls/cancel", token: bench.acting, word).status == 204)
            #expect(try await answer.value.decoded(ToolResult.self).outcome == .cancelled)
        }
    }

    private static func endless(_ tool: String) -> JSONValue { tool == "python" ? "while True: pass" : "while (true);" }

    @Test("a call is stopped by the service whose it is, for a person whose session has ended, and for nobody else's sake")
    func cancelledByService() async throws {
        try await withToolExecution { service in
            let bench = try Bench(service)
            let code = "print('begun', flush=True)\nwhile True: pass"
            let call = ExecuteTool(arguments: ["code": .string(code)], timeoutS: 600, effectKey: "run/1")
            let stream = try await service.open(
                .post, "/api/v1/tools/python/execute", token: bench.acting, call, fields: [("accept", "text/event-stream")])
            var text = ""
            while !text.contains("begun"), let piece = try await stream.body.next() { text += String(decoding: piece, as: UTF8.self) }
            func subject(_ person: Person) -> DelegationSubject {
                DelegationSubject(
                    userID: person.user, organizationID: person.organization, sessionID: SessionID(service.loop.makeID()), scopes: [])
            }
            let agent = try service.neighbours.token(of: .agent, scopes: [.toolCalls])
            let stranger = try Bench(service)
            let words = [
                (agent, CancelToolCall(effectKey: "run/1"), 403),
                (agent, CancelToolCall(effectKey: "run/1", person: subject(stranger.person)), 204),
                // Who acts for a person stops that one's calls only.
                (stranger.acting, CancelToolCall(effectKey: "run/1", person: subject(bench.person)), 204),
                (bench.token, CancelToolCall(effectKey: "run/1", person: subject(bench.person)), 403),
            ]
            for (token, word, status) in words {
                #expect(try await service.send(.post, "/internal/v1/tool-calls/cancel", token: token, word).status == status)
            }
            let rows = try await service.administrator.query("SELECT FROM tool_execution.effects WHERE result IS NULL")
            #expect(rows.count == 1, "none of these stopped it")
            let word = CancelToolCall(effectKey: "run/1", person: subject(bench.person))
            #expect(try await service.send(.post, "/internal/v1/tool-calls/cancel", token: agent, word).status == 204)
            let again = try await service.send(.post, "/api/v1/tools/python/execute", token: bench.acting, call)
            #expect(try again.decoded(ToolResult.self).outcome == .cancelled)
        }
    }

    @Test("a call of a tool is stopped by its key, also through a process that does not carry it out")
    func cancelled() async throws {
        try await withToolExecution { service in
            let other = try await service.replica()
            let bench = try Bench(service)
            let endless = "print('begun', flush=True)\nwhile True: pass"
            for (key, door) in [("run/1", service), ("run/2", other)] {
                let call = ExecuteTool(arguments: ["code": .string(endless)], timeoutS: 600, effectKey: key)
                let stream = try await service.open(
                    .post, "/api/v1/tools/python/execute", token: bench.acting, call, fields: [("accept", "text/event-stream")])
                var text = ""
                while !text.contains("begun"), let piece = try await stream.body.next() { text += String(decoding: piece, as: UTF8.self) }
                let stopped = try await door.send(
                    .post, "/internal/v1/tool-calls/cancel", token: bench.acting, CancelToolCall(effectKey: key))
                #expect(stopped.status == 204, "\(stopped.json)")
                let again = try await service.send(.post, "/api/v1/tools/python/execute", token: bench.acting, call)
                #expect(try again.decoded(ToolResult.self).outcome == .cancelled)
            }
            try await other.stop()
        }
    }
}
