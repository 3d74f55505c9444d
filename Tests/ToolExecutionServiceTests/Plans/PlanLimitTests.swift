import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Limits of organisations", .timeLimit(.minutes(15)))
struct PlanLimitTests {
    @Test("the sandboxes of an organisation get no more memory and disk together than its plan allows, and room comes back")
    func sums() async throws {
        try await withToolExecution(settings: ["ORGANIZATION_MEMORY_MB": "600", "PLANS": "large: memory_mb=1100 disk_mb=300"]) { service in
            func create(_ token: String, _ size: SandboxSize?) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(template: .base, limits: size))
            }
            let small = try service.personToken(Person(service.loop))
            let first = try await create(small, nil)
            #expect(first.status == 201)
            let refused = try await create(small, nil)
            #expect(refused.status == 403 && refused.code == "quota_exceeded")
            let detail = "memory of sandboxes at a time of the organisation: 512 MiB used, 512 MiB asked for, 600 MiB allowed"
            #expect(refused.json["detail"]?.string == detail)
            #expect(try await create(small, SandboxSize(memoryMb: 64)).status == 201)
            let id = try first.decoded(Sandbox.self).id
            #expect(try await service.send(.delete, "/api/v1/sandboxes/\(id)", token: small).status == 204)
            #expect(try await create(small, nil).status == 201)

            let large = try service.neighbours.token(for: Person(service.loop), scopes: RunningToolExecution.personScopes, plan: "large")
            #expect(try await create(large, nil).status == 201)
            let full = try await create(large, nil)
            #expect(full.json["detail"]?.string?.contains("256 MiB used, 256 MiB asked for, 300 MiB allowed") == true, "\(full.json)")
            #expect(try await create(large, SandboxSize(diskMb: 44)).status == 201)
        }
    }

    @Test("calls of tools have memory and disk of the same sum, and are in no list; a call's room comes back with its end")
    func calls() async throws {
        try await withToolExecution(settings: ["ORGANIZATION_MEMORY_MB": "1100"]) { service in
            let token = try service.personToken(Person(service.loop))
            func call(_ code: String) async throws -> RunningToolExecution.Answer {
                let body = ExecuteTool(arguments: ["code": .string(code)], timeoutS: 300)
                return try await service.send(.post, "/api/v1/tools/python/execute", token: token, body)
            }
            func create() async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(template: .base))
            }
            func list() async throws -> [Sandbox] {
                try await service.send(.get, "/api/v1/sandboxes", token: token).decoded(Page<Sandbox>.self).data
            }
            let first = try await create()
            #expect(try await call("print(1)").json["content"] == "1\n")
            let open = try await service.open(
                .post, "/api/v1/tools/python/execute", token: token,
                ExecuteTool(arguments: ["code": "print('begun', flush=True)\nimport time\ntime.sleep(1000)"], timeoutS: 300),
                fields: [("accept", "text/event-stream")])
            var begun: [UInt8] = []
            while !String(decoding: begun, as: UTF8.self).contains("begun"), let piece = try await open.body.next() { begun += piece }
            let beside = try await create()
            #expect(beside.status == 403, "\(beside.json)")
            #expect(beside.json["detail"]?.string?.contains("1024 MiB used, 512 MiB asked for, 1100 MiB allowed") == true, "\(beside.json)")
            let second = try await call("print(2)")
            #expect(second.status == 403 && second.code == "quota_exceeded", "\(second.json)")
            #expect(try await list().count == 1)
            let id = try first.decoded(Sandbox.self).id
            #expect(try await service.send(.delete, "/api/v1/sandboxes/\(id)", token: token).status == 204)
            // The one that waits still has its part.
            #expect(try await call("print(3)").json["content"] == "3\n")
            open.body.cancel()
        }
    }

    /// What is used is counted by the day (UTC): none of those that see it counted begins just before the next.
    private func awayFromMidnight(_ loop: EventLoop) async throws {
        let left = 86_400 - loop.wallClock / 1_000_000 % 86_400
        if left < 180 { try await loop.sleep(for: .seconds(left)) }
    }

    @Test("an organisation that has used up the processor time of its day loses its sandboxes and gets no more", arguments: [true, false])
    func processorTime(asTool: Bool) async throws {
        try await withToolExecution(settings: ["PLANS": "free: cpu_seconds=1"]) { service in
            try await awayFromMidnight(service.loop)
            let person = Person(service.loop)
            let token = try service.neighbours.token(for: person, scopes: RunningToolExecution.personScopes, plan: "free")
            let code = "while True: pass"
            if asTool {
                let call = ExecuteTool(arguments: ["code": .string(code)], timeoutS: 100)
                let ended = try await service.send(.post, "/api/v1/tools/python/execute", token: token, call)
                #expect(ended.json["outcome"] == "sandbox_lost", "\(ended.json)")
            } else {
                let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox()).decoded()
                let ended: ExecutionResult = try await service.send(
                    .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token,
                    ExecuteCode(language: .python, code: code, timeoutS: 100)
                ).decoded()
                #expect(ended.outcome == .sandboxLost)
            }
            for (path, body) in [
                ("/api/v1/sandboxes", ["template": "base"]), ("/api/v1/tools/python/execute", ["arguments": ["code": "1"]]),
            ] as [(String, JSONValue)] {
                let refused = try await service.send(.post, path, token: token, body)
                #expect(refused.status == 403 && refused.code == "quota_exceeded")
                #expect(
                    refused.json["detail"]?.string?.hasPrefix("processor time of today of the organisation: ") == true, "\(refused.json)")
                #expect(refused.json["detail"]?.string?.hasSuffix(" s used, 1 s allowed") == true)
            }
            let other = try service.neighbours.token(for: Person(service.loop), scopes: RunningToolExecution.personScopes, plan: "free")
            #expect(try await service.send(.post, "/api/v1/sandboxes", token: other, CreateSandbox(template: .base)).status == 201)
        }
    }

    @Test("a plan that is used up ends what was made under it, and not what was made under another one since")
    func changed() async throws {
        try await withToolExecution(settings: ["PLANS": "free: cpu_seconds=1; team: cpu_seconds=100000"]) { service in
            let person = Person(service.loop)
            func token(_ plan: String) throws -> String {
                try service.neighbours.token(for: person, scopes: RunningToolExecution.personScopes, plan: plan)
            }
            func make(_ plan: String) async throws -> SandboxID {
                try await service.send(.post, "/api/v1/sandboxes", token: token(plan), CreateSandbox()).decoded(Sandbox.self).id
            }
            func run(_ code: String, in sandbox: SandboxID) async throws -> ExecutionResult {
                try await service.send(
                    .post, "/api/v1/sandboxes/\(sandbox)/execute", token: token("team"),
                    ExecuteCode(language: .python, code: code, timeoutS: 300)
                ).decoded()
            }
            let (old, new) = (try await make("free"), try await make("team"))
            #expect(try await run("while True: pass", in: old).outcome == .sandboxLost)
            #expect(try await run("print(1)", in: new).stdout == "1\n")
        }
    }

    @Test("what short calls write is counted too")
    func output() async throws {
        try await withToolExecution(settings: ["ORGANIZATION_OUTPUT_MB": "1"]) { service in
            try await awayFromMidnight(service.loop)
            let token = try service.personToken(Person(service.loop))
            func call() async throws -> RunningToolExecution.Answer {
                try await service.send(
                    .post, "/api/v1/tools/python/execute", token: token, ExecuteTool(arguments: ["code": "print('x' * 600_000)"]))
            }
            #expect(try await call().status == 200)
            #expect(try await call().status == 200)
            let refused = try await call()
            #expect(refused.status == 403)
            #expect(refused.json["detail"]?.string == "output of today of the organisation: 1 MiB used, 1 MiB allowed", "\(refused.json)")
        }
    }
}
