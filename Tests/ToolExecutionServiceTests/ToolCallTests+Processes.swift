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
