import AgentService
import EventLoop
import HTTPMessage
import Journal
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("The endpoints of runs", .timeLimit(.minutes(15)))
struct RunRoutesTests {
    private static let replies = [["I compute.\n", "```python\nprint(6*7)\n```\n"], ["It is ", "42."]]

    /// Posts a message in a new conversation.
    private func post(
        _ routes: AgentRoutes, as person: Principal.Person, prefer: String
    ) async throws -> (answer: RouteAnswer, receipt: MessageReceipt) {
        let agent = try await routes.makeAgent(for: person)
        let conversation = try await routes.makeConversation(for: person, with: agent.id)
        let answer = try await routes.send(
            .post, "/api/v1/conversations/\(conversation.id)/messages", as: person, #"{"content": "What is 6 times 7?"}"#,
            fields: ["prefer": prefer])
        return (answer, try answer.decode())
    }

    @Test("events are listed by pages that begin after any number, and none twice")
    func pages() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls(Self.replies) }) { routes in
            let person = routes.issuer.makePerson()
            let (answer, receipt) = try await post(routes, as: person, prefer: "wait=50")
            #expect(answer.status == 200)
            #expect(receipt.reply?.content == "It is 42.")
            let target = "/api/v1/runs/\(receipt.run.id)/events"
            let all = try await routes.send(.get, target, as: person).decode(RunEventList.self)
            #expect(all.data.map(\.sequence) == Array(1...receipt.run.lastEvent))
            #expect(!all.hasMore)
            for limit in [1, 3, 100] {
                var (paged, hasMore): ([NumberedRunEvent], Bool) = ([], true)
                while hasMore {
                    let after = paged.last?.sequence ?? 0
                    let page = try await routes.send(.get, target + "?after=\(after)&limit=\(limit)", as: person).decode(RunEventList.self)
                    #expect((1...limit).contains(page.data.count))
                    paged += page.data
                    hasMore = page.hasMore
                }
                #expect(paged == all.data)
            }
            let nothing = try await routes.send(.get, target + "?after=\(receipt.run.lastEvent)", as: person).decode(RunEventList.self)
            #expect(nothing.data.isEmpty && !nothing.hasMore)
        }
    }

    @Test("a number that no event has yet is a conflict, and what is no number a malformed request")
    func notYet() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls(Self.replies) }) { routes in
            let person = routes.issuer.makePerson()
            let (_, receipt) = try await post(routes, as: person, prefer: "wait=50")
            let target = "/api/v1/runs/\(receipt.run.id)/events"
            let answer = try await routes.send(.get, target + "?after=\(receipt.run.lastEvent + 1)", as: person)
            #expect(answer.status == 409)
            #expect(answer.code == .eventNotYet)
            let header = try await routes.send(.get, target, as: person, fields: ["last-event-id": "\(receipt.run.lastEvent + 1)"])
            #expect(header.status == 409)
            for text in ["x", "-1", "9007199254740992"] {
                #expect(try await routes.send(.get, target, as: person, fields: ["last-event-id": text]).status == 400)
            }
            #expect(try await routes.send(.get, target, as: routes.issuer.makePerson()).status == 404)
        }
    }

    @Test("what a run used is written down with its end, and nobody needs the journal for it")
    func usage() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls(Self.replies) }) { routes in
            let person = routes.issuer.makePerson()
            let (_, receipt) = try await post(routes, as: person, prefer: "wait=50")
            let used = TokenUsage(inputTokens: 20, outputTokens: 10, totalCost: Money(amountMicros: 200_000, currency: "USD"))
            #expect(receipt.run.usage == used)
            // Whoever takes a run over finds it in the journal, as this version and the one before wrote it.
            let journal = PostgresRunJournal(PostgresJournal(routes.administrator, .run))
            #expect(try await journal.used(by: receipt.run.id)?.totalCost == used.totalCost)
            try await routes.administrator.query(
                """
                UPDATE agent.run_events SET private = '{"usage": {"input_tokens": 10, "output_tokens": 5, "cost": 0.1}}'
                WHERE private -> 'usage' IS NOT NULL
                """)
            let former = Money(amountMicros: 200_000, currency: "XXX")
            #expect(
                try await journal.used(by: receipt.run.id) == TokenUsage(inputTokens: 20, outputTokens: 10, totalCost: former))
            try await routes.administrator.query("DELETE FROM agent.run_events")
            let target = "/api/v1/runs/\(receipt.run.id)"
            #expect(try await routes.send(.get, target, as: person).decode(Run.self).usage == used)
            try await routes.administrator.query("UPDATE agent.runs SET cost = 0.2, cost_micros = NULL, cost_currency = NULL")
            #expect(try await routes.send(.get, target, as: person).decode(Run.self).usage?.totalCost == former)
        }
    }

    @Test("who waits is answered what the database says afterwards", arguments: [true, false])
    func waiting(isStorable: Bool) async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls(isStorable ? Self.replies : [["zero: \u{0}"]]) }) { routes in
            let person = routes.issuer.makePerson()
            let (_, receipt) = try await post(routes, as: person, prefer: "wait=50")
            #expect(receipt.run.status == (isStorable ? .completed : .failed))
            #expect(receipt.run.finishedAt != nil)
            #expect(try await routes.send(.get, "/api/v1/runs/\(receipt.run.id)", as: person).decode(Run.self) == receipt.run)
            let said = try await routes.send(.get, "/api/v1/conversations/\(receipt.run.conversationID)/messages", as: person)
            #expect(try said.decode(Page<Message>.self).data == [receipt.message] + (receipt.reply.map { [$0] } ?? []))
        }
    }

    @Test("a message goes by what its agent is when it is said, whatever was known of it")
    func destination() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let path = "/api/v1/conversations/\(try await routes.makeConversation(for: person, with: agent.id).id)/messages"
            var said = 0
            func say() async throws -> RouteAnswer {
                said += 1
                return try await routes.send(
                    .post, path, as: person, #"{"content": "Well?"}"#, fields: ["prefer": "wait=50", "idempotency-key": "\(said)"])
            }
            func version(_ answer: RouteAnswer) async throws -> Int {
                let run = try answer.decode(MessageReceipt.self).run.id
                return try await routes.administrator.query("SELECT agent_version FROM agent.runs WHERE id = \(run)").single(Int.self)
            }
            #expect(try await version(say()) == 1)
            #expect(try await version(say()) == 1)
            _ = try await routes.send(
                .patch, "/api/v1/agents/\(agent.id)", as: person, #"{"instructions": "Say no."}"#, fields: [.ifMatch: "*"])
            #expect(try await version(say()) == 2)
            try await routes.administrator.query("UPDATE agent.agents SET deleted_at = now() WHERE id = \(agent.id)")
            #expect(try await say().status == 409)
        }
    }

    @Test("the runs of a conversation are listed newest first, page by page")
    func list() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let path = "/api/v1/conversations/\(try await routes.makeConversation(for: person, with: agent.id).id)"
            var runs: [RunID] = []
            for _ in 0..<3 {
                let answer = try await routes.send(
                    .post, path + "/messages", as: person, #"{"content": "Well?"}"#, fields: ["prefer": "wait=50"])
                runs.insert(try answer.decode(MessageReceipt.self).run.id, at: 0)
            }
            var found: [RunID] = []
            var target: String? = path + "/runs?limit=2"
            while let next = target {
                let answer = try await routes.send(.get, next, as: person)
                found += try answer.decode(Page<Run>.self).data.map(\.id)
                target = answer.fields[.link]?.split(separator: ">").first.map { String($0.dropFirst()) }
            }
            #expect(found == runs)
            #expect(try await routes.send(.get, path + "/runs?cursor=x", as: person).pointers == ["/cursor"])
        }
    }

    @Test("a message with U+0000 is refused at its place")
    func zero() async throws {
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["Yes."]]) }) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let conversation = try await routes.makeConversation(for: person, with: agent.id)
            let answer = try await routes.send(
                .post, "/api/v1/conversations/\(conversation.id)/messages", as: person, #"{"content": "Hi\u0000"}"#)
            #expect(answer.status == 422)
            #expect(answer.pointers == ["/content"])
        }
    }

    /// A model that takes the question and says nothing.
    private static func silentModel(on loop: EventLoop) -> ScriptedModelCalls {
        let models = ScriptedModelCalls(replies)
        let never = Signal(on: loop)
        models.beforePiece = { try await never.wait { true } }
        return models
    }

    @Test("who waits for a reply that does not come in time is answered 202, and the run goes on")
    func waitingIsOver() async throws {
        try await withAgentRoutes(
            runs: Self.silentModel,
            { routes in
                let person = routes.issuer.makePerson()
                let (answer, receipt) = try await post(routes, as: person, prefer: "wait=1")
                #expect(answer.status == 202)
                #expect(answer.fields["preference-applied"] == "wait=1")
                #expect(answer.fields[.location] == "/api/v1/runs/\(receipt.run.id)")
                #expect(receipt.reply == nil)
                #expect(!receipt.run.status.isFinal)
            })
    }

    @Test("who waits while the database goes away is answered 202: the message was accepted")
    func databaseGone() async throws {
        try await withAgentRoutes(
            runs: Self.silentModel,
            { routes in
                let person = routes.issuer.makePerson()
                let waiting = routes.loop.spawn { try await post(routes, as: person, prefer: "wait=3") }
                try await routes.loop.eventually { try await !routes.administrator.query("SELECT FROM agent.live_runs").isEmpty }
                // Once this is answered, so is what was written before.
                _ = try await routes.database.acrossTenants().submit(["SELECT 1"])
                let name = try #require(try await routes.administrator.query("SELECT current_database()::text").first).decode(
                    String.self, at: 0)
                try await routes.administrator.query("ALTER DATABASE \(unsafeSQL: name) CONNECTION LIMIT 0")
                try await routes.administrator.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'agent'")
                let (answer, receipt) = try await waiting.value
                #expect(answer.status == 202)
                #expect(answer.fields[.location] == "/api/v1/runs/\(receipt.run.id)")
            })
    }
}
