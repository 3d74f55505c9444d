import AgentService
import EventLoop
import HTTPMessage
import Journal
import PostgresClient
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

/// One replica of what serves runs, on a database that it shares with others.
struct Replica {
    let runs: RunService
    let viewer: JournalViewer
    let models: ScriptedModelCalls
    let tools: ScriptedToolCalls
    let approvals: ApprovalService
    let working: LoopTask<Void>

    /// - Parameter runJournal: In place of the one in the database.
    init(
        _ database: AgentDatabase, _ models: ScriptedModelCalls, _ tools: ScriptedToolCalls, works: Bool = true, runsPerPerson: Int = 100,
        runJournal: (any RunJournal)? = nil
    ) {
        let loop = database.loop
        // What nobody gave up is nobody else's, however long the machine stalls.
        let journal = PostgresJournal(database.client, .run, lease: .seconds(3600))
        let world = EngineWorld(
            loop: loop, journal: journal, runs: runJournal ?? PostgresRunJournal(journal), models: models, tools: tools,
            history: ConversationWindow(loop: loop, database: database.client, redis: nil), wake: LocalWake(), tail: PollingTail(on: loop),
            log: Logger(service: "test", level: .error, output: LogOutput(on: loop)), metrics: MetricsRegistry())
        let engine = RunEngine(world, works: works)
        self.models = models
        self.tools = tools
        runs = RunService(
            world, store: RunStore(database.client), engine: engine, destinations: KnownDestinations(), runsPerPerson: runsPerPerson)
        approvals = ApprovalService(database.client, runs: runs, calls: tools.approvals ?? ScriptedApprovals(), wake: world.wake)
        viewer = JournalViewer(engine.worker)
        working = loop.spawn { try await engine.worker.run() }
    }

    func post(_ content: String, _ database: AgentDatabase, in conversation: ConversationID? = nil, key: IdempotentRequest? = nil)
        async throws
        -> MessageReceipt
    {
        try await runs.post(
            content, in: conversation ?? database.conversation, as: database.person, scopes: ["conversations:write"], canAsk: true,
            origin: RunOrigin(requestID: "req-1", traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), idempotency: key
        ).receipt
    }

    /// All events of a run from a number on, until it has ended.
    func events(of run: RunID, _ database: AgentDatabase, after: Int = 0) async throws -> [NumberedEvent] {
        var follower = viewer.follow(run.journalID, in: database.person.organization, after: after)
        var events: [NumberedEvent] = []
        while !follower.isOver { events += try await follower.next(atMost: .seconds(20)) }
        return events
    }
}

@Suite("The engine on PostgreSQL", .timeLimit(.minutes(15)))
struct EngineTests {
    private static let code = [["I compute.\n", "```python\nprint(", "6*7)\n```\n", "never said"], ["It is ", "42."]]

    @Test("a run with code streams every step, is journalled, and can be read again with the same bytes")
    func codeact() async throws {
        try await withConversation { database in
            let replica = Replica(database, ScriptedModelCalls(Self.code), ScriptedToolCalls(printing: "42\n"))
            defer { replica.working.cancel() }
            let receipt = try await replica.post("What is 6 times 7?", database)
            let events = try await replica.events(of: receipt.run.id, database)
            #expect(
                events.map(\.type) == [
                    "run.started", "model.started", "message.delta", "message.delta", "message.delta", "code.started", "code.output",
                    "code.completed", "model.started", "message.delta", "message.delta", "message.completed", "run.completed",
                ])
            #expect(events.map(\.sequence) == Array(1...13))
            let again = Replica(database, ScriptedModelCalls([]), ScriptedToolCalls([]), works: false)
            for after in 0..<13 {
                #expect(try await again.events(of: receipt.run.id, database, after: after) == Array(events.dropFirst(after)))
            }
            let run = try await replica.runs.get(receipt.run.id, as: database.person).run
            #expect(run.status == .completed)
            #expect(run.lastEvent == 13)
            #expect(try await replica.runs.outcome(of: run.id, as: database.person).reply?.content == "It is 42.")
            #expect(replica.tools.effects == ["\(run.id)/6"])
            #expect(replica.models.requests.last?.messages.last?.content.contains("42") == true)
        }
    }

    private static let sum = RequestedToolCall(name: "add", arguments: #"{"a":1}"#)
    private static let asking = [0: [sum, sum]]

    @Test("a run that calls tools streams every step, and can be read again from any event with the same bytes")
    func tools() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let models = ScriptedModelCalls([["I add."], ["It is 2."]], toolCalls: Self.asking)
            let replica = Replica(database, models, ScriptedToolCalls([]))
            defer { replica.working.cancel() }
            let receipt = try await replica.post("1 + 1?", database)
            let events = try await replica.events(of: receipt.run.id, database)
            #expect(
                events.map(\.type) == [
                    "run.started", "model.started", "message.delta", "tool.started", "tool.started", "tool.completed", "tool.completed",
                    "model.started", "message.delta", "message.completed", "run.completed",
                ])
            let again = Replica(database, ScriptedModelCalls([]), ScriptedToolCalls([]), works: false)
            for after in 0..<11 {
                #expect(try await again.events(of: receipt.run.id, database, after: after) == Array(events.dropFirst(after)))
            }
            #expect(replica.tools.uses.map(\.effectKey) == ["\(receipt.run.id)/4", "\(receipt.run.id)/5"])
            #expect(models.requests.map { $0.tools.map(\.name) } == [["add"], ["add"]])
            #expect(models.requests.last?.messages.suffix(2).map(\.content) == ["add 1", "add 1"])
        }
    }

    @Test("an agent that writes code may call tools too, one or the other in a reply")
    func codeAndTools() async throws {
        try await withConversation(tools: ["add"]) { database in
            let script = [["I add."], ["```python\nprint(42)\n```\n", "never said"], ["It is 42."]]
            let models = ScriptedModelCalls(script, toolCalls: [0: [Self.sum], 1: [Self.sum]])
            let replica = Replica(database, models, ScriptedToolCalls(printing: "42\n"))
            defer { replica.working.cancel() }
            let receipt = try await replica.post("1 + 1?", database)
            let events = try await replica.events(of: receipt.run.id, database)
            #expect(
                events.map(\.type).filter { $0 != "message.delta" } == [
                    "run.started", "model.started", "tool.started", "tool.completed", "model.started", "code.started", "code.output",
                    "code.completed", "model.started", "message.completed", "run.completed",
                ])
            #expect(models.requests.map { $0.tools.map(\.name) } == [["add"], ["add"], ["add"]])
            #expect(models.requests.last?.messages.map(\.role) == [.system, .user, .assistant, .tool, .assistant, .user])
        }
    }

    @Test("a run whose holder is lost while it calls a tool goes on elsewhere, under the same key", arguments: [1, 2])
    func toolsTakenOver(lost: Int) async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let models = ScriptedModelCalls([["I add."], ["It is 2."]], toolCalls: Self.asking)
            let tools = ScriptedToolCalls([])
            let (stuck, reached) = (Signal(on: database.loop), Signal(on: database.loop))
            tools.beforeAnswer = {
                guard tools.uses.count == lost else { return }
                reached.notify()
                try await stuck.wait { true }
            }
            let first = Replica(database, models, tools)
            let receipt = try await first.post("1 + 1?", database)
            try await reached.wait { tools.uses.count < lost }
            first.working.cancel()
            let second = Replica(
                database, ScriptedModelCalls([["I add."], ["It is 2."]], toolCalls: Self.asking), ScriptedToolCalls([]))
            defer { second.working.cancel() }
            let events = try await second.events(of: receipt.run.id, database)
            #expect(events.last?.type == "run.completed")
            #expect(
                events.map(\.type).filter { $0.hasPrefix("tool.") } == ["tool.started", "tool.started", "tool.completed", "tool.completed"])
            #expect(second.models.requests.count == 1)
            let keys = ["\(receipt.run.id)/4", "\(receipt.run.id)/5"]
            #expect(tools.effects.union(second.tools.effects) == Set(keys))
            #expect(second.tools.uses.map(\.effectKey) == Array(keys.dropFirst(lost - 1)))
            // The first call was paid for by one holder, the second by the other.
            let run = try await second.runs.get(receipt.run.id, as: database.person).run
            #expect(run.usage == TokenUsage(inputTokens: 20, outputTokens: 10, totalCost: Money(amountMicros: 200_000, currency: "USD")))
        }
    }

    @Test("a run that was accepted for nobody is claimed by a worker")
    func claimed() async throws {
        try await withConversation(mode: .chat) { database in
            let api = Replica(database, ScriptedModelCalls([["Hello."]]), ScriptedToolCalls([]), works: false)
            let receipt = try await api.post("Hi", database)
            let worker = Replica(database, ScriptedModelCalls([["Hello."]]), ScriptedToolCalls([]))
            defer { worker.working.cancel() }
            let events = try await api.events(of: receipt.run.id, database)
            #expect(events.last?.type == "run.completed")
        }
    }

    private func request(_ key: String = "k", body: String) throws -> IdempotentRequest {
        let head = HTTPRequest(method: .post, target: "/messages", fields: ["idempotency-key": key])
        return try #require(try IdempotentRequest(head, body: Array(body.utf8)))
    }

    @Test("a conversation has one run at a time, and a request with a key starts one run")
    func busyAndIdempotent() async throws {
        try await withConversation(mode: .chat) { database in
            let replica = Replica(database, ScriptedModelCalls([["Hello."]]), ScriptedToolCalls([]), works: false)
            let key = try request(body: "1")
            let first = try await replica.post("Hi", database, key: key)
            #expect(try await replica.post("Hi", database, key: key) == first)
            let fresh = try request("another", body: "1")
            for key in [nil, fresh] {
                await #expect(throws: Problem(.conversationBusy)) { try await replica.post("Hi again", database, key: key) }
            }
            let other = try request(body: "2")
            let conversation = try await database.makeConversation()
            await #expect(throws: Problem(.idempotencyKeyReused)) { try await replica.post("Hi", database, in: conversation, key: other) }
        }
    }

    @Test("a person has only so many runs that have not ended, in whatever conversations")
    func runsPerPerson() async throws {
        try await withConversation(mode: .chat) { database in
            let accepting = Replica(database, ScriptedModelCalls([]), ScriptedToolCalls([]), works: false, runsPerPerson: 2)
            _ = try await accepting.post("Hi", database)
            _ = try await accepting.post("Hi", database, in: try await database.makeConversation())
            let third = try await database.makeConversation()
            let refusal = try #require(await #expect(throws: Problem.self) { try await accepting.post("Hi", database, in: third) })
            #expect(refusal.code == .quotaExceeded)

            let working = Replica(database, ScriptedModelCalls([["Hello."], ["Hello."]]), ScriptedToolCalls([]))
            defer { working.working.cancel() }
            try await database.loop.eventually { (try? await accepting.post("Hi", database, in: third)) != nil }
        }
    }

    @Test("the runs of a person that have not ended are counted again only when none is left by those that began and ended here")
    func countedRuns() async throws {
        try await withConversation(mode: .chat) { database in
            let allowances = RunAllowances(RunStore(database.client), limit: 2)
            var counts = 0
            for (ended, expected) in [(0, 1), (0, 1), (1, 1), (2, 1), (0, 1), (0, 2)] {
                for _ in 0..<ended { allowances.giveBack(to: database.person.user) }
                let before = database.client.counters.statements
                try await allowances.take(for: database.person)
                counts += database.client.counters.statements - before
                #expect(counts == expected)
            }
        }
    }

    @Test("what was answered to a request with a key is answered again when no model is configured any more")
    func replayedWithoutModel() async throws {
        try await withConversation(mode: .chat) { database in
            let replica = Replica(database, ScriptedModelCalls([["Hello."]]), ScriptedToolCalls([]), works: false)
            let key = try request(body: "1")
            let first = try await replica.post("Hi", database, key: key)
            replica.models.isConfigured = false
            #expect(try await replica.post("Hi", database, key: key) == first)
            await #expect(throws: Problem(.modelNotConfigured)) { try await replica.post("Hi", database) }
        }
    }

    @Test("what the database refuses is not called a busy conversation, with a key or without")
    func refusedByDatabase() async throws {
        try await withConversation(mode: .chat) { database in
            let replica = Replica(database, ScriptedModelCalls([["Hello."]]), ScriptedToolCalls([]), works: false)
            for key in [nil, try request(body: "1")] {
                let error = await #expect(throws: (any Error).self) { try await replica.post("\u{0}", database, key: key) }
                #expect(!(error is Problem), "\(String(describing: error))")
            }
        }
    }

    private func stuckAtSecondPiece(_ loop: EventLoop) -> ScriptedModelCalls {
        let models = ScriptedModelCalls([["one ", "two"]])
        let stuck = Signal(on: loop)
        var pieces = 0
        models.beforePiece = {
            pieces += 1
            if pieces == 2 { try await stuck.wait { true } }
        }
        return models
    }

    @Test("a run whose holder is lost while the model speaks goes on elsewhere, and what was shown is declared void")
    func takenOver() async throws {
        try await withConversation(mode: .chat) { database in
            let models = stuckAtSecondPiece(database.loop)
            let first = Replica(database, models, ScriptedToolCalls([]))
            let receipt = try await first.post("Hi", database)
            var follower = first.viewer.follow(receipt.run.id.journalID, in: database.person.organization)
            var shown: [NumberedEvent] = []
            while shown.count < 3 { shown += try await follower.next(atMost: .seconds(10)) }
            #expect(shown.map(\.type) == ["run.started", "model.started", "message.delta"])
            first.working.cancel()
            let second = Replica(database, ScriptedModelCalls([["three"]]), ScriptedToolCalls([]))
            defer { second.working.cancel() }
            let rest = try await second.events(of: receipt.run.id, database, after: 3)
            #expect(rest.map(\.type) == ["model.restarted", "message.delta", "message.completed", "run.completed"])
            #expect(String(decoding: rest[0].data, as: UTF8.self).contains(#""void":{"from":3,"to":\#(rest[0].sequence - 1)}"#))
        }
    }

    @Test("a run is cancelled while the model speaks, by a replica that does not hold it")
    func cancelled() async throws {
        try await withConversation(mode: .chat) { database in
            let models = stuckAtSecondPiece(database.loop)
            let holder = Replica(database, models, ScriptedToolCalls([]))
            defer { holder.working.cancel() }
            let other = Replica(database, models, ScriptedToolCalls([]), works: false)
            let receipt = try await holder.post("Hi", database)
            _ = try await other.runs.cancel(receipt.run.id, as: database.person)
            let events = try await other.events(of: receipt.run.id, database)
            #expect(events.last?.type == "run.cancelled")
            #expect(try await other.runs.get(receipt.run.id, as: database.person).run.status == .cancelled)
        }
    }

    @Test("a run that is cancelled while it calls a tool stops the call, and keeps what it gave")
    func toolStopped() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let tools = ScriptedToolCalls([])
            let (called, stopped) = (Signal(on: database.loop), Signal(on: database.loop))
            tools.beforeAnswer = {
                called.notify()
                try await stopped.wait { tools.cancelled.isEmpty }
            }
            // The first word comes too early: it is said again.
            var words = 0
            tools.beforeCancel = {
                words += 1
                return words > 1
            }
            tools.afterCancel = { stopped.notify() }
            let replica = Replica(database, ScriptedModelCalls([["I add."]], toolCalls: Self.asking), tools)
            defer { replica.working.cancel() }
            let run = try await replica.post("1 + 1?", database).run.id
            try await called.wait { tools.uses.isEmpty }
            _ = try await replica.runs.cancel(run, as: database.person)
            let events = try await replica.events(of: run, database)
            #expect(events.map(\.type).suffix(2) == ["tool.completed", "run.cancelled"])
            #expect(tools.cancelled == ["\(run)/4"] && tools.uses.count == 1)
        }
    }

    @Test("a reply that PostgreSQL does not take fails the run with a reason; the model is called once, and the conversation goes on")
    func unstorable() async throws {
        try await withConversation(mode: .chat) { database in
            let replica = Replica(database, ScriptedModelCalls([["zero: \u{0}"]]), ScriptedToolCalls([]))
            defer { replica.working.cancel() }
            let receipt = try await replica.post("Hi", database)
            let events = try await replica.events(of: receipt.run.id, database)
            // Who comes late is not shown what was said in vain.
            let types = events.map(\.type).filter { $0 != "message.delta" }
            #expect(types == ["run.started", "model.started", "model.restarted", "run.failed"])
            let run = try await replica.runs.get(receipt.run.id, as: database.person).run
            #expect(run.status == .failed && run.problem?.code == .internalError)
            #expect(replica.models.requests.count == 1)
            #expect(try await replica.post("Hi again", database).run.status == .queued)
        }
    }

    @Test("what runs write is planned a few times, not for each run anew")
    func planned() async throws {
        try await withConversation { database in
            let replica = Replica(database, ScriptedModelCalls(Self.code), ScriptedToolCalls(printing: "42\n"))
            defer { replica.working.cancel() }
            for _ in 0..<12 {
                let receipt = try await replica.post("What is 6 times 7?", database, in: try await database.makeConversation())
                _ = try await replica.events(of: receipt.run.id, database)
            }
            // The writer's connection tells of its own statements.
            let rows = try await database.client.acrossTenants().submit([
                """
                SELECT count(*), max(custom_plans) FROM pg_prepared_statements
                WHERE statement LIKE '%agent.run_events%' AND custom_plans + generic_plans >= 12
                """
            ])
            let (statements, plans) = try #require(rows[0].first).decode((Int, Int).self)
            // PostgreSQL makes five plans of a statement before it tries one for all parameters.
            #expect(statements == 3 && plans == 5)
        }
    }
}
