import EventLoop
import HTTPClient
import HTTPMessage
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

/// Several processes of the service beside each other.
extension ToolCallTests {
    @Test(
        "any replica hands a call on to the one that runs it or has its conversation's sandbox, and an execution to the one that has its own"
    )
    func replicas() async throws {
        try await withToolExecution { service in
            let replica = try await service.replica()
            let conversation = Conversation(service.loop)
            _ = try await service.call(conversation.call(1, "x = 5"), as: conversation.person)
            let there = try await replica.call(conversation.call(2, "x", expectsSession: true), as: conversation.person)
            #expect(output(there) == "5\n" && !there.contains { $0.tag == .sandboxReset })
            #expect(try await replica.call(conversation.call(2, "x"), as: conversation.person) == there)
            let token = try service.personToken(conversation.person)
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            let path = "/api/v1/sandboxes/\(sandbox.id)"
            let result: ExecutionResult = try await replica.send(
                .post, path + "/execute", token: token, ExecuteCode(language: .bash, code: "echo there; exit 3")
            ).decoded()
            #expect(result.stdout == "there\n" && result.exitCode == 3)
            #expect(try await replica.send(.delete, path, token: token).status == 204)
            #expect(try await service.send(.get, path, token: token).decoded(Sandbox.self).status == .ended)
            let long = conversation.call(3, "import time\nprint('begun')\ntime.sleep(600)")
            let stream = try await service.open(.post, "/internal/v1/tool-calls", token: service.agentToken(conversation.person), long)
            _ = try await stream.body.next()
            let cancel = CancelToolCall(effectKey: long.effectKey)
            let agent = try service.agentToken(conversation.person)
            #expect(try await replica.send(.post, "/internal/v1/tool-calls/cancel", token: agent, cancel).status == 204)
            let cancelled = try await replica.call(long, as: conversation.person)
            #expect(outcome(cancelled) == .cancelled)
            try await replica.stop()
        }
    }

    @Test("two replicas that begin one conversation's sandbox at once come to have one")
    func begunTwice() async throws {
        try await withToolExecution { service in
            let (loop, database) = (service.loop, service.administrator)
            let processes = [service, try await service.replica()]
            let conversation = Conversation(loop)
            let calls = [1, 2].map { conversation.call($0, "n = globals().get('n', 0) + 1; n") }
            // Held until both have found none, and made one each.
            let change = Signal(on: loop)
            var (isHeld, areBoth) = (false, false)
            let held = loop.spawn {
                try await database.transaction { transaction in
                    let name = "sandboxes \(conversation.person.organization)"
                    try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended(\(name), 0))")
                    isHeld = true
                    change.notify()
                    try await change.wait { !areBoth }
                }
            }
            try await change.wait { !isHeld }
            // As a run does, it asks again for what could not be done.
            let asking = zip(processes, calls).map { process, call in
                loop.spawn {
                    while true {
                        let events = try await process.call(call, as: conversation.person)
                        if problem(events) != .unavailable { return events }
                    }
                }
            }
            try await loop.eventually {
                try await database.query(
                    """
                    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                ).single() == 2
            }
            areBoth = true
            change.notify()
            try await held.value
            let outputs = [output(try await asking[0].value), output(try await asking[1].value)]
            #expect(outputs.sorted() == ["1\n", "2\n"])
            try await processes[1].stop()
        }
    }

    @Test("who begins a conversation's sandbox takes its place from no other that was quicker")
    func begunLater() async throws {
        try await withToolExecution(settings: ["ORGANIZATION_CPU_SECONDS": "1000"]) { service in
            let (loop, database) = (service.loop, service.administrator)
            let conversation = Conversation(loop)
            let (other, id) = (PostgresUUID(loop.makeID()), SandboxID(loop.makeID()))
            try await database.query(
                "INSERT INTO tool_execution.nodes VALUES (\(other), '127.0.0.1:1', clock_timestamp() + interval '1 hour')")
            let call = try await database.transaction { transaction in
                try await transaction.query("LOCK TABLE tool_execution.usage IN ACCESS EXCLUSIVE MODE")
                let call = loop.spawn { try await service.call(conversation.call(1, "1"), as: conversation.person) }
                // It has found none, and looks whether the organisation may have one.
                try await loop.eventually {
                    try await transaction.query(
                        "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'tool_execution.usage'::regclass AND NOT granted)"
                    ).single()
                }
                try await transaction.query(
                    """
                    INSERT INTO tool_execution.sandboxes
                        (id, organization_id, user_id, conversation_id, language, timeout_s, node_id, created_at, used_at)
                    VALUES (\(id), \(conversation.person.organization), \(conversation.person.user), \(conversation.id), 'python', 600,
                        \(other), now(), now())
                    """)
                return call
            }
            #expect(problem(try await call.value) == .unavailable)
            let running: [SandboxID] = try await database.query("SELECT id FROM tool_execution.sandboxes WHERE status = 'running'")
                .map { try $0.decode(at: 0) }
            #expect(running == [id])
        }
    }

    @Test("a sandbox whose row another process has ended, and taken the place of, does not go on beside the other")
    func takenOver() async throws {
        try await withToolExecution { service in
            let conversation = Conversation(service.loop)
            _ = try await service.call(conversation.call(1, "x = 1"), as: conversation.person)
            try await service.administrator.query(
                "UPDATE tool_execution.sandboxes SET status = 'ended', end_reason = 'lost', ended_at = clock_timestamp()")
            _ = try await service.call(conversation.call(2, "x"), as: conversation.person)
            let after = try await service.call(conversation.call(3, "'x' in globals()", expectsSession: true), as: conversation.person)
            #expect(after.first?.tag == .sandboxReset && output(after) == "False\n")
        }
    }

    @Test("the next process ends what a dead one held, also when that is gone from the table already", arguments: [true, false])
    func sweep(isListed: Bool) async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .bash))
                .decoded()
            let dead = PostgresUUID(service.loop.makeID())
            if isListed {
                try await service.administrator.query(
                    "INSERT INTO tool_execution.nodes VALUES (\(dead), 'gone', clock_timestamp() - interval '1 s')")
            }
            try await service.administrator.query("UPDATE tool_execution.sandboxes SET node_id = \(dead)")
            try await service.waitForEnd(of: sandbox.id, token: token)
        }
    }

    @Test("who stood still with all others does not take them for dead")
    func pause() async throws {
        try await withToolExecution { service in
            let replica = try await service.replica()
            let dead = PostgresUUID(service.loop.makeID())
            let ids: PostgresQuery = "SELECT array_agg(id ORDER BY id) FROM tool_execution.nodes"
            let before: [PostgresUUID] = try await service.administrator.query(ids).single()
            try #require(before.count == 2)
            // Until one of them has swept: it may from now on.
            try await service.administrator.query(
                "INSERT INTO tool_execution.nodes VALUES (\(dead), 'gone', clock_timestamp() - interval '1 s')")
            try await service.loop.eventually { try await service.administrator.query(ids).single() == before }
            try await service.administrator.query("UPDATE tool_execution.nodes SET lease_until = clock_timestamp() - interval '1 s'")
            try await service.loop.eventually {
                try await service.administrator.query("SELECT bool_and(lease_until > clock_timestamp()) FROM tool_execution.nodes").single()
            }
            #expect(try await service.administrator.query(ids).single() == before)
            try await replica.stop()
        }
    }
}
