import AgentService
import EventLoop
import HTTPMessage
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Conversations that begin with a message", .timeLimit(.minutes(15)))
struct FirstMessageTests {
    private func begin(
        _ routes: AgentRoutes, with agent: AgentID, as person: Principal.Person, _ content: String = "Well?", key: String,
        conversation: String
    ) async throws -> RouteAnswer {
        try await routes.send(
            .post, "/api/v1/agents/\(agent)/conversations", as: person,
            #"{"title": "Talk", "content": "\#(content)", "conversation_key": "\#(conversation)"}"#,
            fields: ["prefer": "wait=50", "idempotency-key": key])
    }

    private func create(
        _ routes: AgentRoutes, with agent: AgentID, as person: Principal.Person, key: String
    ) async throws -> RouteAnswer {
        try await routes.send(
            .post, "/api/v1/conversations", as: person, #"{"agent_id":"\#(agent)","title":"Talk"}"#, fields: ["idempotency-key": key])
    }

    @Test("the conversation and the reply are found again under both keys, and nothing is done twice")
    func replayed() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let answer = try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "member")
            #expect(answer.status == 200)
            let receipt: MessageReceipt = try answer.decode()
            #expect(receipt.reply?.content == "Yes." && receipt.message.ordinal == 1)
            #expect(answer.fields[.location] == "/api/v1/runs/\(receipt.run.id)")

            let again = try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "member")
            #expect(again.fields["idempotent-replayed"] == "true")
            #expect(try again.decode(MessageReceipt.self) == receipt)
            // As whoever asks for it in two steps would.
            let created = try await create(routes, with: agent.id, as: person, key: "member")
            #expect(created.status == 201 && created.fields["idempotent-replayed"] == "true")
            let conversation: Conversation = try created.decode()
            #expect(conversation.id == receipt.run.conversationID && conversation.title == "Talk")
            let path = "/api/v1/conversations/\(conversation.id)"
            #expect(created.fields[.location] == path)
            #expect(try await routes.send(.get, path, as: person).fields[.etag] == created.fields[.etag])
            #expect(try await routes.send(.get, path, as: person).decode(Conversation.self).messageCount == 2)
            let said = try await routes.send(
                .post, path + "/messages", as: person, #"{"content": "Well?"}"#, fields: ["idempotency-key": "turn"])
            #expect(said.code == .idempotencyKeyReused)
            #expect(
                try await begin(routes, with: agent.id, as: person, "No?", key: "turn", conversation: "member").code
                    == .idempotencyKeyReused)
            #expect(try await routes.administrator.query("SELECT count(*) FROM agent.runs").single(Int.self) == 1)
        }
    }

    @Test("a conversation that was begun before is not begun again, and nothing is left of the attempt")
    func begunBefore() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            #expect(try await create(routes, with: agent.id, as: person, key: "member").status == 201)
            #expect(try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "member").code == .conflict)
            let left = try await routes.administrator.query(
                """
                SELECT (SELECT count(*) FROM agent.conversations), (SELECT count(*) FROM agent.idempotency_keys),
                    (SELECT count(*) FROM agent.live_runs) + (SELECT count(*) FROM agent.runs)
                """
            ).first?.decode((Int, Int, Int).self)
            #expect(try #require(left) == (1, 1, 0))
            let other = try await routes.makeAgent(for: person)
            #expect(try await begin(routes, with: other.id, as: person, key: "turn", conversation: "member").code == .idempotencyKeyReused)
            #expect(try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "turn").code == .validationFailed)
            #expect(try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "another").status == 200)
        }
    }

    @Test("what stands against a message otherwise is said of a conversation that was begun before, too")
    func otherReason() async throws {
        let none = { @Sendable (_: EventLoop) in
            let models = ScriptedModelCalls([])
            models.isConfigured = false
            return models
        }
        try await withAgentRoutes(runs: none) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            #expect(try await create(routes, with: agent.id, as: person, key: "member").status == 201)
            #expect(try await begin(routes, with: agent.id, as: person, key: "turn", conversation: "member").code == .modelNotConfigured)
        }
    }

    @Test("a conversation key that can be no Idempotency-Key is named as what is wrong", arguments: ["two words", "é"])
    func malformedKey(key: String) async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let answer = try await begin(routes, with: agent.id, as: person, key: "turn", conversation: key)
            #expect(answer.code == .validationFailed && answer.pointers == ["/conversation_key"])
        }
    }

    @Test("it goes by what the agent is by now, and by who may use it")
    func agents() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            var asked = 0
            func ask(_ person: Principal.Person) async throws -> RouteAnswer {
                asked += 1
                return try await begin(routes, with: agent.id, as: person, key: "turn\(asked)", conversation: "member\(asked)")
            }
            for version in 1...2 {
                let run = try await ask(person).decode(MessageReceipt.self).run.id
                #expect(
                    try await routes.administrator.query("SELECT agent_version FROM agent.runs WHERE id = \(run)").single(Int.self)
                        == version)
                _ = try await routes.send(
                    .patch, "/api/v1/agents/\(agent.id)", as: person, #"{"instructions": "Say \#(version)."}"#, fields: [.ifMatch: "*"])
            }
            var colleague = routes.issuer.makePerson()
            colleague = Principal.Person(user: colleague.user, organization: person.organization, session: colleague.session)
            for who in [colleague, colleague, routes.issuer.makePerson()] { #expect(try await ask(who).code == .notFound) }
            _ = try await routes.send(
                .patch, "/api/v1/agents/\(agent.id)", as: person, #"{"sharing": "organization"}"#, fields: [.ifMatch: "*"])
            #expect(try await ask(colleague).status == 200)
            try await routes.administrator.query("UPDATE agent.agents SET deleted_at = now() WHERE id = \(agent.id)")
            for who in [person, colleague] { #expect(try await ask(who).code == .notFound) }
        }
    }
}
