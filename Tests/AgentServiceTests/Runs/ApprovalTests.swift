import AgentService
import EventLoop
import Journal
import PostgresClient
import ServiceClients
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

/// The journal of runs in PostgreSQL; something happens before it looks whether a call is decided.
private final class LateStanding: RunJournal {
    private let runs: PostgresRunJournal
    var beforeStanding: (RunID, Int) async throws -> Void = { _, _ in }

    init(_ journal: PostgresJournal) { runs = PostgresRunJournal(journal) }

    func accept(_ acceptance: RunAcceptance) async throws(JournalError) -> AcceptanceOutcome { try await runs.accept(acceptance) }
    func record(of claim: JournalClaim) async throws(JournalError) -> RunRecord { try await runs.record(of: claim) }
    func used(by run: RunID) async throws(JournalError) -> TokenUsage? { try await runs.used(by: run) }

    func append(_ append: JournalAppend, with effects: RunEffects, to run: RunID, finishedAt: Timestamp?) async throws(JournalError) -> Bool
    {
        try await runs.append(append, with: effects, to: run, finishedAt: finishedAt)
    }

    func standing(of call: Int, in claim: JournalClaim) async throws -> ApprovalStanding {
        try await beforeStanding(claim.runID, call)
        return try await runs.standing(of: call, in: claim)
    }
}

/// Runs that wait for a person, on PostgreSQL, with a tool that is called with the person's word only.
@Suite("Approvals", .timeLimit(.minutes(15)))
struct ApprovalTests {
    private static let sum = RequestedToolCall(name: "add", arguments: #"{"a":1}"#)

    private func replica(
        _ database: AgentDatabase, _ approvals: ScriptedApprovals, works: Bool = true, runs: (any RunJournal)? = nil
    ) -> Replica {
        let tools = ScriptedToolCalls([])
        tools.approvals = approvals
        let models = ScriptedModelCalls([["I add."], ["It is 1."]], toolCalls: [0: [Self.sum]])
        return Replica(database, models, tools, works: works, runJournal: runs)
    }

    /// Posts a message with one replica, and returns when the run waits and nobody holds it.
    private func waitingRun(_ replica: Replica, _ database: AgentDatabase) async throws -> RunID {
        let run = try await replica.post("1?", database).run.id
        var follower = replica.viewer.follow(run.journalID, in: database.person.organization)
        var types: [String] = []
        while types.last != "approval.requested" { types += try await follower.next(atMost: .seconds(120)).map(\.type) }
        try await database.loop.eventually { try await holder(of: run, database) == nil }
        return run
    }

    private func holder(of run: RunID, _ database: AgentDatabase) async throws -> PostgresUUID? {
        let rows = try await database.client.as(database.person).query("SELECT holder FROM agent.live_runs WHERE run_id = \(run)")
        return try #require(rows.first).decode(PostgresUUID?.self, at: 0)
    }

    private func results(_ events: [NumberedEvent]) throws -> [ToolCompleted] {
        try events.compactMap { if case .toolCompleted(let completed) = try RunEvent(stored: $0.data) { completed } else { nil } }
    }

    private var credentials: PersonalCredentials {
        var random = RandomSource.seeded(1)
        return PersonalCredentials(token: "t", origin: CallOrigin(requestID: "req-1", trace: .generate(using: &random)))
    }

    @Test("a run waits for its person, held by nobody, and any replica goes on with it when they agree")
    func approved() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let approvals = ScriptedApprovals()
            let first = replica(database, approvals)
            let run = try await waitingRun(first, database)
            #expect(try await first.runs.get(run, as: database.person).run.status == .awaitingApproval)
            let waiting = try await first.approvals.list(after: nil, limit: 10, as: database.person)
            #expect(waiting.map(\.runID) == [run] && waiting.map(\.call) == [4] && waiting.map(\.arguments) == [Self.sum.arguments])
            let rows = try await database.client.as(database.person).query(
                "SELECT claims, wake_at > now() + interval '6 days' FROM agent.live_runs WHERE run_id = \(run)")
            #expect(try #require(rows.first).decode((Int, Bool).self) == (0, true))
            // Whoever began it is gone; the word comes to one that carries out nothing.
            first.working.cancel()
            let door = replica(database, approvals, works: false)
            // They have logged in again meanwhile.
            let login = Principal.Person(
                user: database.person.user, organization: database.person.organization, session: SessionID(database.loop.makeID()))
            let agreed = try await door.approvals.approve(4, of: run, as: login, with: credentials)
            #expect(agreed.status == .running)
            #expect(approvals.approved.map(\.effectKey) == ["\(run)/4"])
            let second = replica(database, approvals)
            defer { second.working.cancel() }
            let events = try await second.events(of: run, database)
            #expect(
                events.map(\.type) == [
                    "run.started", "model.started", "message.delta", "tool.started", "approval.requested", "approval.decided",
                    "tool.completed", "model.started", "message.delta", "message.completed", "run.completed",
                ])
            #expect(try results(events).map(\.content) == ["add 1"])
            #expect(first.tools.effects.isEmpty && second.tools.effects == ["\(run)/4"])
            #expect(first.tools.sessions == [database.person.session] && second.tools.sessions == [login.session])
            #expect(second.models.requests.count == 1)
            #expect(try await second.approvals.list(after: nil, limit: 10, as: database.person).isEmpty)
            // The same again changes nothing, also when all is over; the opposite is too late.
            #expect(try await door.approvals.approve(4, of: run, as: database.person, with: credentials).status == .completed)
            let late = await #expect(throws: Problem.self) {
                try await door.approvals.reject(4, of: run, reason: nil, as: database.person)
            }
            #expect(late?.code == .conflict)
        }
    }

    @Test("whoever decides before the run is let go of decides by which session it goes on, with the same holder")
    func decidedMeanwhile() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let journal = LateStanding(PostgresJournal(database.client, .run))
            let replica = replica(database, ScriptedApprovals(), runs: journal)
            defer { replica.working.cancel() }
            let login = Principal.Person(
                user: database.person.user, organization: database.person.organization, session: SessionID(database.loop.makeID()))
            journal.beforeStanding = { run, call in _ = try await replica.approvals.approve(call, of: run, as: login, with: credentials) }
            let run = try await replica.post("1?", database).run.id
            #expect(try results(try await replica.events(of: run, database)).map(\.content) == ["add 1"])
            #expect(replica.tools.sessions == [database.person.session, login.session])
        }
    }

    @Test("a refusal and its reason are told to the model")
    func rejected() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let replica = replica(database, ScriptedApprovals())
            defer { replica.working.cancel() }
            let run = try await waitingRun(replica, database)
            _ = try await replica.approvals.reject(4, of: run, reason: "Not today.", as: database.person)
            let events = try await replica.events(of: run, database)
            #expect(events.last?.type == "run.completed")
            #expect(try results(events).map(\.isError) == [true])
            #expect(replica.models.requests.last?.messages.last?.content.hasSuffix("\nNot today.") == true)
            #expect(replica.tools.effects.isEmpty)
            _ = try await replica.approvals.reject(4, of: run, reason: "Not today.", as: database.person)
            let late = await #expect(throws: Problem.self) {
                try await replica.approvals.approve(4, of: run, as: database.person, with: credentials)
            }
            #expect(late?.code == .conflict)
        }
    }

    @Test("when nobody answers in time the model is told, and it is too late to agree")
    func expired() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let approvals = ScriptedApprovals()
            let replica = replica(database, approvals)
            defer { replica.working.cancel() }
            let run = try await waitingRun(replica, database)
            try await database.client.as(database.person).query("UPDATE agent.approvals SET expires_at = now() WHERE run_id = \(run)")
            let late = await #expect(throws: Problem.self) {
                try await replica.approvals.approve(4, of: run, as: database.person, with: credentials)
            }
            #expect(late == Problem(.conflict, detail: "The time to decide is over."))
            #expect(approvals.approved.isEmpty, "nobody is told of what comes too late")
            // The run is yet to see it.
            #expect(try await replica.approvals.list(after: nil, limit: 10, as: database.person).isEmpty)
            #expect(try await replica.runs.get(run, as: database.person).run.status == .running)
            try await database.client.as(database.person).query("UPDATE agent.live_runs SET wake_at = now() WHERE run_id = \(run)")
            let events = try await replica.events(of: run, database)
            #expect(events.last?.type == "run.completed")
            #expect(try results(events).map(\.content) == ["The tool was not called: the person was asked, and did not answer."])
            #expect(replica.tools.effects.isEmpty)
        }
    }

    @Test("a run that waits can be cancelled through a replica that carries out nothing")
    func cancelled() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let approvals = ScriptedApprovals()
            let worker = replica(database, approvals)
            defer { worker.working.cancel() }
            let run = try await waitingRun(worker, database)
            let door = replica(database, approvals, works: false)
            await #expect(throws: Problem(.conversationBusy)) { try await door.post("And now?", database) }
            _ = try await door.runs.cancel(run, as: database.person)
            #expect(try await door.events(of: run, database).last?.type == "run.cancelled")
            #expect(try await door.runs.get(run, as: database.person).run.status == .cancelled)
            #expect(try await door.approvals.list(after: nil, limit: 10, as: database.person).isEmpty)
            let late = await #expect(throws: Problem.self) {
                try await door.approvals.approve(4, of: run, as: database.person, with: credentials)
            }
            #expect(late == Problem(.conflict, detail: "The run has ended."))
        }
    }

    @Test("a run that the version before accepted is carried out, and asks nobody; what this version accepts that one does not claim")
    func versionBefore() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let door = replica(database, ScriptedApprovals(), works: false)
            let run = try await door.post("1?", database).run.id
            let before = PostgresJournal(
                database.client, JournalKind(schema: "agent", name: "run", version: 2, finalTypes: JournalKind.run.finalTypes))
            let worker = WorkerID(database.loop.makeID())
            try await before.enlist(worker)
            #expect(try await before.claim(atMost: 1, for: worker).isEmpty)
            try await database.client.as(database.person).query("UPDATE agent.live_runs SET journal_version = 2 WHERE run_id = \(run)")
            try await database.client.as(database.person).query(
                "UPDATE agent.runs SET journal_version = 2, can_ask = DEFAULT WHERE id = \(run)")
            let replica = replica(database, ScriptedApprovals())
            defer { replica.working.cancel() }
            let events = try await replica.events(of: run, database)
            #expect(events.last?.type == "run.completed" && !events.contains { $0.type == "approval.requested" })
            #expect(try results(events).map(\.isError) == [true])
        }
    }

    @Test("a word that comes before the run is let go of keeps it from being let go of; a holder of before learns nothing")
    func standing() async throws {
        try await withConversation(mode: .chat, tools: ["add"]) { database in
            let approvals = ScriptedApprovals()
            let first = replica(database, approvals)
            let run = try await waitingRun(first, database)
            first.working.cancel()
            let journal = PostgresJournal(database.client, .run)
            let (runs, worker) = (PostgresRunJournal(journal), WorkerID(database.loop.makeID()))
            try await journal.enlist(worker)
            #expect(try await journal.claim(atMost: 1, for: worker).isEmpty)
            let wake = PostgresQuery("UPDATE agent.live_runs SET wake_at = now() WHERE run_id = \(run)")
            try await database.client.as(database.person).query(wake)
            var claim = try #require(try await journal.claim(atMost: 1, for: worker).first)
            #expect(try await runs.standing(of: 4, in: claim) == .parked)
            #expect(try await runs.standing(of: 4, in: claim) == .lost)
            try await database.client.as(database.person).query(wake)
            let before = claim
            claim = try #require(try await journal.claim(atMost: 1, for: worker).first)
            _ = try await first.approvals.reject(4, of: run, reason: "No.", as: database.person)
            #expect(try await runs.standing(of: 4, in: before) == .lost)
            #expect(try await runs.standing(of: 4, in: claim) == .decided(.rejected, reason: "No.", session: database.person.session))
            #expect(try await journal.held(by: worker).map(\.id) == [run.journalID])
        }
    }
}
