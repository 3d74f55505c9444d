import Cryptography
import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Calls of runs", .timeLimit(.minutes(15)))
struct ToolCallTests {
    struct Conversation {
        let person: Person
        let id: ConversationID
        let run: RunID
        var step = 0

        init(_ loop: EventLoop) {
            person = Person(loop)
            id = ConversationID(loop.makeID())
            run = RunID(loop.makeID())
        }

        func call(
            _ step: Int, _ code: String, _ language: CodeLanguage = .python, limits: ExecutionLimits? = nil, expectsSession: Bool = false
        )
            -> ToolCall
        {
            ToolCall(
                effectKey: "\(run)/\(step)", conversationID: id, runID: run, language: language, code: code, limits: limits,
                expectsSession: expectsSession)
        }
    }

    func output(_ events: [ExecutionEvent]) -> String {
        events.reduce(into: "") { text, event in if case .output(let output) = event { text += output.text } }
    }

    func outcome(_ events: [ExecutionEvent]) -> ExecutionOutcome? {
        if case .completed(let completed)? = events.last { return completed.outcome }
        return nil
    }

    func problem(_ events: [ExecutionEvent]) -> ProblemCode? {
        if case .failed(let failed)? = events.last { return failed.problem.code }
        return nil
    }

    @Test("a conversation's calls share one interpreter, and another conversation has its own")
    func session() async throws {
        try await withToolExecution { service in
            let (one, other) = (Conversation(service.loop), Conversation(service.loop))
            let first = try await service.call(one.call(1, "x = 5"), as: one.person)
            #expect(outcome(first) == .exited)
            let second = try await service.call(one.call(2, "x + 1", expectsSession: true), as: one.person)
            #expect(output(second) == "6\n")
            let foreign = try await service.call(other.call(1, "x"), as: other.person)
            #expect(output(foreign).contains("NameError"))
        }
    }

    @Test("the same key gives the first result and runs nothing; the same key with another call is refused")
    func once() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "n = globals().get('n', 0) + 1; n")
            let first = try await service.call(call, as: conversation.person)
            #expect(output(first) == "1\n")
            #expect(try await service.call(call, as: conversation.person) == first)
            let next = try await service.call(conversation.call(2, "n"), as: conversation.person)
            #expect(output(next) == "1\n")
            let token = try service.agentToken(conversation.person)
            let other = try await service.send(.post, "/internal/v1/tool-calls", token: token, conversation.call(1, "something else"))
            #expect(other.status == 409 && other.code == "effect_key_reused")
            let stranger = try service.agentToken(Person(service.loop))
            let theirs = try await service.send(.post, "/internal/v1/tool-calls", token: stranger, call)
            #expect(theirs.status == 409 && theirs.code == "effect_key_reused")
        }
    }

    @Test("asked again while it runs, the caller joins the stream from its beginning, or from where it was")
    func join() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let token = try service.agentToken(conversation.person)
            let call = conversation.call(
                1, "import time\nprint('begun')\nwhile not __import__('os').path.exists('go'): time.sleep(0.005)\nprint('over')")
            let first = try await service.open(.post, "/internal/v1/tool-calls", token: token, call)
            _ = try await first.body.next()
            // The one who asked first goes away; the call goes on.
            first.body.cancel()
            let second = try await service.open(.post, "/internal/v1/tool-calls", token: token, call)
            let begun = try #require(try await second.body.next())
            #expect(String(decoding: begun, as: UTF8.self).contains("begun"))
            // Another language has an interpreter of its own but shares the sandbox, which is busy: so this waits, and is cancelled.
            let waiting = conversation.call(2, "touch go", .bash)
            let task = service.loop.spawn { try await service.call(waiting, as: conversation.person) }
            #expect(
                try await service.send(.post, "/internal/v1/tool-calls/cancel", token: token, CancelToolCall(effectKey: call.effectKey))
                    .status == 204)
            let touched = try await task.value
            #expect(outcome(touched) == .exited)
            let all = try await service.call(call, as: conversation.person)
            #expect(outcome(all) == .cancelled && output(all).hasPrefix("begun\n"))
            let rest = try await service.send(.post, "/internal/v1/tool-calls", token: token, call, fields: [("last-event-id", "1")])
                .events()
            #expect(rest == Array(all.dropFirst()))
        }
    }

    @Test("a lost sandbox is told once, before the code's own events")
    func reset() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            _ = try await service.call(conversation.call(1, "x = 1"), as: conversation.person)
            let token = try service.personToken(conversation.person)
            let list: Page<Sandbox> = try await service.send(.get, "/api/v1/sandboxes", token: token).decoded()
            let id = try #require(list.data.first?.id)
            #expect(try await service.send(.delete, "/api/v1/sandboxes/\(id)", token: token).status == 204)
            let after = try await service.call(conversation.call(2, "'x' in globals()", expectsSession: true), as: conversation.person)
            #expect(after.first?.tag == .sandboxReset && output(after) == "False\n")
            let next = try await service.call(conversation.call(3, "1", expectsSession: true), as: conversation.person)
            #expect(!next.contains { $0.tag == .sandboxReset })
            let hung = "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass"
            let stopped = try await service.call(conversation.call(4, hung, limits: ExecutionLimits(timeoutS: 10)), as: conversation.person)
            #expect(outcome(stopped) == .timedOut)
            let told = try await service.call(conversation.call(5, "1", expectsSession: true), as: conversation.person)
            #expect(told.first?.tag == .sandboxReset)
        }
    }

    @Test("a call that comes while the sandbox is made for another does not get one for which there is no room")
    func noRoom() async throws {
        try await withToolExecution(settings: ["SANDBOXES_PER_ORGANIZATION": "1"]) { service in
            let conversation = Conversation(service.loop)
            let token = try service.personToken(conversation.person)
            #expect(try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash)).status == 201)
            var calls: [LoopTask<[ExecutionEvent]>] = []
            // Whoever would write a sandbox down waits for this.
            try await service.administrator.transaction { transaction in
                let organization = conversation.person.organization.description
                try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('sandboxes ' || \(organization), 0))")
                for number in 1...2 {
                    calls.append(service.loop.spawn { try await service.call(conversation.call(number, "1"), as: conversation.person) })
                    try await service.loop.eventually {
                        let metrics = String(decoding: try await service.send(.get, "/metrics", token: "").body, as: UTF8.self)
                        let effects = try await transaction.query("SELECT FROM tool_execution.effects").count
                        return effects == number && metrics.contains("troupe_sandboxes_running 2")
                    }
                }
            }
            for call in calls { #expect(problem(try await call.value) == .quotaExceeded) }
        }
    }

    @Test("a sandbox of which nobody told that it ended was lost with its server")
    func lostServer() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let replica = try await service.replica()
            _ = try await service.call(conversation.call(1, "x = 1"), as: conversation.person)
            // As another process finds it when that one has died a moment ago.
            let dead = PostgresUUID(service.loop.makeID())
            try await service.administrator.query("UPDATE tool_execution.sandboxes SET node_id = \(dead)")
            let next = try await replica.call(conversation.call(2, "1", expectsSession: true), as: conversation.person)
            #expect(next.first == .sandboxReset(SandboxReset(reason: "the server that held the sandbox is gone")), "\(next)")
            try await replica.stop()
        }
    }

    @Test("saved files are stored under the call's key and told as artifacts; a failed upload is told where errors are")
    func artifacts() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let save = "import os\nos.makedirs('out/sub', exist_ok=True)\nopen('out/sub/r.txt', 'w').write('%s') and None"
            let first = try await service.call(conversation.call(1, save.replacing("%s", with: "one")), as: conversation.person)
            guard case .artifact(let artifact)? = first.dropLast().last else { return #expect(Bool(false), "\(first)") }
            #expect(artifact.file.name == "sub/r.txt" && artifact.file.size == 3)
            let claims = try #require(service.neighbours.uploads.first?.authorization?.split(separator: ".").dropFirst().first)
            let delegated = try JSONCodec.decode(JSONValue.self, from: Base64URL.decode(claims) ?? [], unknownFields: .ignored)
            #expect(delegated["sub"]?.string == conversation.person.user.description)
            #expect(delegated["act"]?["sub"]?.string == ServiceName.toolExecution.rawValue)
            _ = try await service.call(conversation.call(2, "1"), as: conversation.person)
            _ = try await service.call(conversation.call(3, save.replacing("%s", with: "three")), as: conversation.person)
            #expect(service.neighbours.uploads.map { String(decoding: $0.body, as: UTF8.self) } == ["one", "three"])
            #expect(Set(service.neighbours.uploads.compactMap(\.key)).count == 2)
            service.neighbours.uploadProblem = Problem(.storageFull, detail: "the disk is full")
            let failed = try await service.call(conversation.call(4, save.replacing("%s", with: "fourth")), as: conversation.person)
            #expect(outcome(failed) == .exited && output(failed) == "sub/r.txt could not be saved: the disk is full\n")
        }
    }

    @Test("a call whose process died has an unknown outcome, for good, and nothing runs again")
    func deadNode() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "print('never')")
            _ = try await service.call(call, as: conversation.person)
            // As a process leaves it that is killed in the midst of the call, and whose lease another has found to be over.
            let dead = PostgresUUID(service.loop.makeID())
            try await service.administrator.query("UPDATE tool_execution.effects SET state = 'started', result = NULL, node_id = \(dead)")
            let events = try await service.call(call, as: conversation.person)
            #expect(events.count == 1 && problem(events) == .outcomeUnknown)
            #expect(try await service.call(call, as: conversation.person) == events)
        }
    }

    @Test("a call that was written down, and never began because the database did not say so, is carried out")
    func neverBegun() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "n = globals().get('n', 0) + 1; n")
            _ = try await service.call(call, as: conversation.person)
            try await service.administrator.query(
                "UPDATE tool_execution.effects SET state = 'started', result = NULL, node_id = (SELECT id FROM tool_execution.nodes)")
            #expect(output(try await service.call(call, as: conversation.person)) == "2\n")
            let token = try service.agentToken(conversation.person)
            let other = try await service.send(.post, "/internal/v1/tool-calls", token: token, conversation.call(1, "something else"))
            #expect(other.status == 409 && other.code == "effect_key_reused")
        }
    }

    @Test("a call whose process is alive but cannot be reached is not touched")
    func unreachableNode() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "1")
            _ = try await service.call(call, as: conversation.person)
            let other = PostgresUUID(service.loop.makeID())
            try await service.administrator.query(
                "INSERT INTO tool_execution.nodes VALUES (\(other), '127.0.0.1:1', clock_timestamp() + interval '1 hour')")
            try await service.administrator.query("UPDATE tool_execution.effects SET state = 'started', result = NULL, node_id = \(other)")
            let answer = try await service.send(
                .post, "/internal/v1/tool-calls", token: service.agentToken(conversation.person), call)
            #expect(answer.status == 503)
        }
    }

    @Test("after a restart of the service the stored result is still there, and the sandbox is not")
    func restart() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "x = 3; x")
            let first = try await service.call(call, as: conversation.person)
            try await service.stop()
            try await service.start()
            #expect(try await service.call(call, as: conversation.person) == first)
            let next = try await service.call(conversation.call(2, "1", expectsSession: true), as: conversation.person)
            #expect(next.first?.tag == .sandboxReset)
        }
    }

    @Test("a call that runs while the service stops is stored as what it was: its sandbox lost")
    func shutdown() async throws {
        try await withToolExecution(settings: ["SHUTDOWN_SECONDS": "0"]) { service in
            let conversation = Conversation(service.loop)
            let call = conversation.call(1, "import time\nprint('begun')\ntime.sleep(600)")
            let stream = try await service.open(.post, "/internal/v1/tool-calls", token: service.agentToken(conversation.person), call)
            _ = try await stream.body.next()
            try await service.stop()
            try await service.start()
            let events = try await service.call(call, as: conversation.person)
            #expect(outcome(events) == .sandboxLost && output(events) == "begun\n")
        }
    }

    @Test("a person's own token carries out no calls of runs")
    func permission() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            let token = try service.neighbours.token(for: conversation.person, scopes: [.toolCalls])
            let answer = try await service.send(.post, "/internal/v1/tool-calls", token: token, conversation.call(1, "1"))
            #expect(answer.status == 403)
        }
    }
}
