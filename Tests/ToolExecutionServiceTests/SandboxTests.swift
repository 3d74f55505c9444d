import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import PostgresClient
import Support
import Testing
import WireProtocol

@Suite("Sandboxes", .timeLimit(.minutes(15)))
struct SandboxTests {
    @Test("a sandbox is made, executes code with lasting variables, is listed, and ends")
    func life() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let made = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
            #expect(made.status == 201)
            let sandbox: Sandbox = try made.decoded()
            #expect(made.fields[.location] == "/api/v1/sandboxes/\(sandbox.id)" && sandbox.status == .running)
            let path = "/api/v1/sandboxes/\(sandbox.id)"
            func execute(_ code: String) async throws -> ExecutionResult {
                try await service.send(.post, path + "/execute", token: token, ExecuteCode(language: .python, code: code)).decoded()
            }
            _ = try await execute("x = 6")
            let result = try await execute("print('höher'); x * 7")
            #expect(result.results.map(\.text) == ["42"] && result.results.first?.isMain == true)
            #expect(result.stdout == "höher\n" && result.exitCode == 0 && result.outcome == .exited && !result.truncated)
            let failed = try await execute("1 / 0")
            #expect(failed.exitCode == 1 && failed.error?.name == "ZeroDivisionError" && failed.stderr.isEmpty)
            #expect(failed.error?.traceback.contains("1 / 0") == true)
            let list: Page<Sandbox> = try await service.send(.get, "/api/v1/sandboxes", token: token).decoded()
            #expect(list.data.map(\.id) == [sandbox.id] && !list.hasMore)
            #expect(try await service.send(.delete, path, token: token).status == 204)
            let after: Sandbox = try await service.send(.get, path, token: token).decoded()
            #expect(after.status == .ended)
            let refused = try await service.send(.post, path + "/execute", token: token, ExecuteCode(language: .python, code: "1"))
            #expect(refused.status == 409 && refused.code == "sandbox_ended")
        }
    }

    @Test("what is another's is not found")
    func foreign() async throws {
        try await withToolExecution { service in
            let owner = try service.personToken(Person(service.loop))
            let stranger = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: owner, CreateSandbox(language: .bash))
                .decoded()
            let path = "/api/v1/sandboxes/\(sandbox.id)"
            #expect(try await service.send(.get, path, token: stranger).status == 404)
            #expect(try await service.send(.delete, path, token: stranger).status == 404)
            let execute = ExecuteCode(language: .bash, code: "echo no")
            #expect(try await service.send(.post, path + "/execute", token: stranger, execute).status == 404)
            let list: Page<Sandbox> = try await service.send(.get, "/api/v1/sandboxes", token: stranger).decoded()
            #expect(list.data.isEmpty)
        }
    }

    @Test("an execution is streamed as numbered events when events are wanted")
    func streamed() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            let answer = try await service.send(
                .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token,
                ExecuteCode(language: .bash, code: "echo out; echo err >&2; exit 3"), fields: [("accept", "text/event-stream")])
            var parser = ServerSentEventParser()
            let numbers = try parser.consume(answer.body).map { $0.id ?? "" }
            #expect(numbers == (1...numbers.count).map(String.init))
            let events = try answer.events()
            guard case .completed(let completed)? = events.last else { return #expect(Bool(false), "\(events)") }
            #expect(completed.exitCode == 3 && completed.outcome == .exited)
            #expect(Set(events.dropLast().map(\.tag)) == [.output])
        }
    }

    @Test("the same idempotency key makes one sandbox and executes once")
    func idempotency() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func create(_ language: CodeLanguage) async throws -> RunningToolExecution.Answer {
                try await service.send(
                    .post, "/api/v1/sandboxes", token: token, CreateSandbox(language: language), fields: [("idempotency-key", "make")])
            }
            let sandbox: Sandbox = try await create(.python).decoded()
            let again = try await create(.python)
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(try again.decoded(Sandbox.self).id == sandbox.id)
            #expect(try await create(.bash).status == 422)
            func execute() async throws -> ExecutionResult {
                try await service.send(
                    .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token,
                    ExecuteCode(language: .python, code: "n = globals().get('n', 0) + 1; n"), fields: [("idempotency-key", "run")]
                ).decoded()
            }
            let first = try await execute()
            #expect(first.results.map(\.text) == ["1"])
            #expect(try await execute() == first)
        }
    }

    @Test("an organisation has no more sandboxes than it may have, and a busy sandbox refuses a second execution")
    func quota() async throws {
        try await withToolExecution(settings: ["SANDBOXES_PER_ORGANIZATION": "1", "SHUTDOWN_SECONDS": "0"]) { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            let second = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
            #expect(second.status == 403 && second.code == "quota_exceeded")
            let path = "/api/v1/sandboxes/\(sandbox.id)/execute"
            let running = try await service.open(
                .post, path, token: token, ExecuteCode(language: .bash, code: "echo begun; sleep 3000"),
                fields: [("accept", "text/event-stream")])
            _ = try await running.body.next()
            let refused = try await service.send(.post, path, token: token, ExecuteCode(language: .bash, code: "echo no"))
            #expect(refused.status == 409 && refused.code == "conflict")
        }
    }

    @Test("a sandbox that is left alone ends by itself")
    func expiry() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(
                .post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash, timeoutS: 1)
            ).decoded()
            try await service.waitForEnd(of: sandbox.id, token: token)
        }
    }

    @Test("a sandbox that ends while the database refuses to write has ended when it writes again")
    func refusedEnd() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            try await service.administrator.query("REVOKE UPDATE ON tool_execution.sandboxes FROM tool_execution")
            // The service logs this as the error that it is.
            #expect(try await service.send(.delete, "/api/v1/sandboxes/\(sandbox.id)", token: token).status != 204)
            try await service.loop.eventually {
                let metrics = try await service.send(.get, "/metrics", token: "")
                return String(decoding: metrics.body, as: UTF8.self).contains("troupe_sandboxes_running 0")
            }
            try await service.administrator.query("GRANT UPDATE ON tool_execution.sandboxes TO tool_execution")
            try await service.waitForEnd(of: sandbox.id, token: token)
        }
    }

    @Test("each limit has an outcome of its own, and files that were saved come with the result")
    func outcomes() async throws {
        try await withToolExecution(settings: [
            "SANDBOX_MEMORY_MB": "128", "SANDBOX_DISK_MB": "8", "SANDBOX_OUTPUT_KB": "16", "SANDBOX_PROCESSES": "24",
        ]) { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
                .decoded()
            func outcome(_ code: String, timeout: Int = 120) async throws -> ExecutionResult {
                try await service.send(
                    .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token,
                    ExecuteCode(language: .python, code: code, timeoutS: timeout)
                ).decoded()
            }
            #expect(try await outcome("while True: pass", timeout: 1).outcome == .timedOut)
            let flood = try await outcome("while True: print('x' * 100)")
            #expect(flood.outcome == .outputExceeded && flood.truncated && flood.stdout.utf8.count <= 16384)
            #expect(try await outcome("open('/tmp/x', 'wb').write(bytes(20 << 20))").outcome == .diskExceeded)
            let forks = "import os, time\nfor i in range(100):\n    if os.fork() == 0:\n        time.sleep(1000); os._exit(0)"
            #expect(try await outcome(forks).outcome == .processesExceeded)
            let saved = try await outcome(
                "import os\nos.remove('/tmp/x')\nopen('out/a.csv', 'w').write('1,2\\n') and None")
            #expect(saved.files.map(\.name) == ["a.csv"] && saved.files.first?.mediaType == "text/csv")
            #expect(service.neighbours.uploads.map(\.body) == [Array("1,2\n".utf8)])
            #expect(service.neighbours.uploads.first?.authorization == "Bearer \(token)")
            #expect(try await outcome("1").files.isEmpty)
        }
    }

    @Test("a file that goes slowly to the file service holds up nothing else that is asked of its sandbox")
    func slowUpload() async throws {
        try await withSandbox(create: CreateSandbox(language: .python)) { sandbox in
            let (loop, neighbours) = (sandbox.service.loop, sandbox.service.neighbours)
            neighbours.holdsUploads = true
            let code = ExecuteCode(language: .python, code: "open('out/big', 'wb').truncate(48 << 20) and None")
            let running = loop.spawn { try await sandbox.send(.post, "/execute", code) }
            try await loop.eventually { neighbours.begunUploads == 1 }
            // Meanwhile what lies between the two is filled.
            for _ in 0..<300 { try #require(try await sandbox.send(.get, "/files/entry?path=out/big").status == 200) }
            neighbours.holdsUploads = false
            let result: ExecutionResult = try await running.value.decoded()
            #expect(result.files.map(\.size) == [48 << 20], "\(result.stderr)")
        }
    }

    @Test("of a file that is larger than one may be that is told, and not that the file service is gone")
    func largeFile() async throws {
        try await withSandbox(settings: ["SANDBOX_FILE_MB": "1"], create: CreateSandbox(language: .python)) { sandbox in
            let code = "open('out/fits', 'wb').truncate(1 << 20); open('out/large', 'wb').truncate((1 << 20) + 1) and None"
            let result: ExecutionResult = try await sandbox.send(.post, "/execute", ExecuteCode(language: .python, code: code)).decoded()
            #expect(result.files.map(\.name) == ["fits"])
            #expect(result.stderr == "large could not be saved: it is larger than 1048576 bytes\n")
        }
    }

    @Test("output costs its limit in rows too: ten gigabytes at once, and single bytes that come one by one on two streams")
    func outputRows() async throws {
        let most = 64 << 10
        try await withSandbox(settings: ["SANDBOX_OUTPUT_KB": "64"], create: CreateSandbox(language: .python)) { sandbox in
            func execute(_ code: String, _ key: String) async throws -> (result: ExecutionResult, rowBytes: Int) {
                let request = ExecuteCode(language: .python, code: "import os, time\n" + code, timeoutS: 300)
                let result: ExecutionResult = try await sandbox.send(
                    .post, "/execute", request, fields: [("idempotency-key", key)]
                ).decoded()
                let rows = try await sandbox.service.administrator.query(
                    "SELECT octet_length(result::text)::bigint FROM tool_execution.effects WHERE key LIKE \("%/" + key)")
                return (result, try rows[0].decode(Int.self))
            }
            let large = try await execute("for i in range(10 << 10): os.write(1, b'x' * (1 << 20))", "large")
            #expect(large.result.outcome == .outputExceeded && large.result.truncated)
            #expect(large.result.stdout.utf8.count + large.result.stderr.utf8.count <= most && large.rowBytes < 2 * most)
            let small = try await execute("for i in range(\(most)): os.write(1 + i % 2, b'x'), time.sleep(0)", "small")
            #expect(small.result.outcome == .exited, "\(small.result.outcome)")
            #expect(small.result.stdout.utf8.count + small.result.stderr.utf8.count == most)
            #expect(small.rowBytes < 8 * most, "\(small.rowBytes)")
            let metrics: SandboxMetrics = try await sandbox.send(.get, "/metrics").decoded()
            #expect(metrics.diskBytes < 1 << 20)
        }
    }

    @Test("a list that goes on says where, and a change says no more of a sandbox than may be said")
    func listed() async throws {
        try await withSandbox { sandbox in
            let (service, token) = (sandbox.service, sandbox.token)
            #expect(try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash)).status == 201)
            let page = try await service.send(.get, "/api/v1/sandboxes?limit=1", token: token)
            #expect(page.fields[.link]?.hasPrefix("</api/v1/sandboxes?limit=1&cursor=") == true)
            let last = try await service.send(.get, "/api/v1/sandboxes?limit=2", token: token)
            #expect(last.fields[.link] == nil && last.json["data"]?.elements?.count == 2)
            let long = UpdateSandbox(metadata: ["note": .value(String(repeating: "x", count: 2001))])
            #expect(try await sandbox.send(.patch, "", long).status == 422)
        }
    }

    @Test("that there are more files than one execution saves is told, and the next one saves them")
    func manyFiles() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            func execute(_ code: String) async throws -> ExecutionResult {
                try await service.send(
                    .post, "/api/v1/sandboxes/\(sandbox.id)/execute", token: token, ExecuteCode(language: .bash, code: code)
                ).decoded()
            }
            let first = try await execute("for i in {10..62}; do echo $i > out/$i; done")
            #expect(first.files.count == 50 && first.unsavedFiles == 3)
            let second = try await execute("true")
            #expect(second.files.map(\.name) == ["60", "61", "62"] && second.unsavedFiles == nil)
        }
    }
}
