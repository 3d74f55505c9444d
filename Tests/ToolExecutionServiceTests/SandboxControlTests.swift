import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Pausing and measuring over HTTP", .timeLimit(.minutes(15)))
struct SandboxControlTests {
    @Test("a sandbox is paused, refuses code, is measured, and goes on")
    func pause() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let created = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox())
            try #require(created.status == 201, "\(created.json)")
            let path = "/api/v1/sandboxes/\(try created.decoded(Sandbox.self).id)"
            func execute(_ code: String) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, path + "/execute", token: token, ExecuteCode(language: .python, code: code))
            }
            #expect(try await execute("x = bytearray(b'1' * (30 << 20)); open('f', 'wb').write(bytes(5 << 20))").status == 200)

            #expect(try await service.send(.post, path + "/pause", token: token).status == 204)
            let refused = try await execute("1")
            #expect(refused.status == 409 && refused.json["detail"]?.string == "the sandbox is paused")
            let archive = try await service.send(.get, path + "/files/archive?path=.", token: token)
            #expect(archive.status == 503 && archive.json["detail"]?.string == "the sandbox is paused")
            let metrics = try await service.send(.get, path + "/metrics", token: token).decoded(SandboxMetrics.self)
            #expect(try await service.send(.get, path, token: token).decoded(Sandbox.self).paused)
            #expect(metrics.paused && metrics.processes == 1 && metrics.tier == "namespaces" && metrics.cpuSeconds > 0)
            #expect(metrics.memoryBytes > 30 << 20 && metrics.memoryBytes <= metrics.memoryPeakBytes)
            #expect(metrics.diskBytes >= 5 << 20 && metrics.diskLimitBytes == 256 << 20)
            #expect(try await service.send(.post, path + "/resume", token: token).status == 204)
            #expect(try await !service.send(.get, path, token: token).decoded(Sandbox.self).paused)
            #expect(try await execute("len(x) >> 20").decoded(ExecutionResult.self).results.map(\.text) == ["30"])

            let stranger = try service.personToken(Person(service.loop))
            for (method, part) in [(.get, "metrics"), (.post, "pause"), (.post, "resume")] as [(HTTPMethod, String)] {
                #expect(try await service.send(method, path + "/" + part, token: stranger).status == 404)
            }
            #expect(try await service.send(.delete, path, token: token).status == 204)
            let gone = try await service.send(.post, path + "/pause", token: token)
            #expect(gone.status == 409 && gone.code == "sandbox_ended")
        }
    }

    @Test("a sandbox that is paused while its code runs ends like one that is left alone")
    func pausedAtWork() async throws {
        try await withSandbox(create: CreateSandbox(language: .python)) { sandbox in
            let endless = ExecuteCode(language: .python, code: "print('begun')\nwhile True: pass", timeoutS: 3600)
            let running = try await sandbox.service.open(
                .post, sandbox.path + "/execute", token: sandbox.token, endless, fields: [("accept", "text/event-stream")])
            _ = try await running.body.next()
            #expect(try await sandbox.send(.post, "/pause").status == 204)
            #expect(try await sandbox.send(.patch, "", UpdateSandbox(timeoutS: 1)).status == 200)
            try await sandbox.service.waitForEnd(of: sandbox.id, token: sandbox.token)
        }
    }
}
