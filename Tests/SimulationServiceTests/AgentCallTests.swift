import EventLoop
import HTTPMessage
import ServiceClients
import ServiceKit
import SimulationService
import Support
import Testing
import WireProtocol

@Suite("Calls of the agent service", .timeLimit(.minutes(15)))
struct AgentCallTests {
    private func record(_ routes: SimulationRoutes, _ person: Principal.Person) -> SimulationRecord {
        var plan = SimulationPlan.sequential
        for place in plan.members.indices { plan.members[place].agentID = routes.agents.make(for: person) }
        return SimulationRecord(
            id: SimulationID(routes.loop.makeID()), plan: plan,
            person: DelegationSubject(
                userID: person.user, organizationID: person.organization, sessionID: person.session, scopes: ["conversations:write"]),
            requestID: "req", traceParent: "")
    }

    @Test("agents are looked up by one request, and an agent service that is silent is waited for so long")
    func lookups() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = Set((0..<20).map { _ in routes.agents.make(for: person) })
            let token = try routes.issuer.token(for: person)
            let origin = CallOrigin.background(on: routes.loop)
            let found = try await AgentDirectory(routes.agentClient, on: routes.loop).find(
                wanted.union([.sample]), token: token, from: origin)
            #expect(Set(found.keys) == wanted && routes.agents.lookups == 1)

            routes.agents.isSilent = true
            let impatient = AgentDirectory(routes.agentClient, on: routes.loop, deadline: .milliseconds(50))
            let problem = await #expect(throws: Problem.self) { try await impatient.find(wanted, token: token, from: origin) }
            #expect(problem?.code == .unavailable)
        }
    }

    @Test("an agent service of the version before or after is understood", arguments: ScriptedAgents.Version.allCases)
    func versions(version: ScriptedAgents.Version) async throws {
        try await withSimulationRoutes { routes in
            routes.agents.version = version
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person)
            let simulation = try await routes.send(.post, "/api/v1/simulations", as: person, body: wanted).decode(
                WireProtocol.Simulation.self)
            let events = try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            #expect(events.count(where: { $0.event.tag == .taskCompleted }) == 3)
        }
    }

    @Test("a run whose status nobody knows is a failure that may pass")
    func unknownStatus() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let record = record(routes, person)
            routes.agents.script = { _ in .strange }
            let turn = try #require(try Stage(record.plan).open)
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            let failure = await #expect(throws: TurnFailure.self) {
                try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in }
            }
            guard case .passing(let problem)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(problem.code == .badGateway)
        }
    }

    @Test("a turn that another version asked for in other words is joined", arguments: ScriptedAgents.Version.allCases)
    func otherWords(version: ScriptedAgents.Version) async throws {
        try await withSimulationRoutes { routes in
            routes.agents.version = version
            let record = record(routes, routes.issuer.makePerson())
            let turn = try #require(try Stage(record.plan).open)
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            let first = try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in }
            for place in [nil, first.conversationID] {
                #expect(try await members.speak(turn, prompt: "Please speak", of: record, in: place) { _ in } == first)
            }
            #expect(routes.agents.messages.count == 1)
        }
    }

    @Test(
        "a member's first message begins its conversation, and whoever asks again finds both, before and after an upgrade of the agent service"
    )
    func firstMessage() async throws {
        try await withSimulationRoutes { routes in
            let record = record(routes, routes.issuer.makePerson())
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            var stage = try Stage(record.plan)
            for version in [ScriptedAgents.Version.before, .present] {
                routes.agents.version = version
                let turn = try #require(stage.open)
                let first = try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in }
                routes.agents.version = version == .before ? .present : .before
                #expect(try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in } == first)
                stage.tell(.spoke(turn: turn.number, first))
            }
            #expect(routes.agents.messages.count == 2)
        }
    }

    @Test("what a member has said is not lost with the end of a stream that breaks off")
    func brokenStream() async throws {
        try await withSimulationRoutes { routes in
            let record = record(routes, routes.issuer.makePerson())
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            var stage = try Stage(record.plan)
            let first = try await members.speak(try #require(stage.open), prompt: "Speak", of: record, in: nil) { _ in }
            let asked = RunApproval(
                conversationID: first.conversationID, runID: first.runID,
                step: .requested(
                    ApprovalRequested(call: 1, name: "send", arguments: "{}", expiresAt: stage.now)))
            stage.tell(.approval(turn: 1, asked))
            try stage.takeOver()
            let turn = try #require(stage.open)
            #expect(turn.run == first.runID)
            routes.agents.cutsStreams = true
            let failure = await #expect(throws: TurnFailure.self) {
                try await members.speak(turn, prompt: "Speak", of: record, in: first.conversationID) { _ in }
            }
            guard case .passing? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            routes.agents.cutsStreams = false
            #expect(try await members.speak(turn, prompt: "Speak", of: record, in: first.conversationID) { _ in } == first)
        }
    }

    @Test("a member whose conversation is not known yet is stopped in it all the same")
    func stopped() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let record = record(routes, person)
            routes.agents.script = { _ in .never }
            let turn = try #require(try Stage(record.plan).open)
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            let lost = routes.loop.spawn {
                try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in }
            }
            try await routes.agents.waitForMessages(1)
            lost.cancel()
            await RemoteMemberCalls(routes.agentClient, on: routes.loop).stop(turn, of: record, in: nil)
            #expect(routes.agents.cancelled.count == 1)
        }
    }

    @Test("what a run had used that was given up counts with the member's next turn, once")
    func givenUp() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let record = record(routes, person)
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            var stage = try Stage(record.plan)
            func speak(_ turn: OpenTurn) async throws -> Spoken {
                try await members.speak(turn, prompt: "Speak", of: record, in: nil, approval: { _ in })
            }
            // The first is known, the next two are lost.
            routes.agents.script = { _ in .failure(Problem(.modelUnavailable), usage: TokenUsage(inputTokens: 1000)) }
            let first = try #require(stage.open)
            let failure = await #expect(throws: TurnFailure.self) { try await speak(first) }
            try stage.fail(try #require(failure))
            routes.agents.script = { _ in .never }
            for (attempt, micros) in [(1, 200_000), (2, 300_000)] {
                stage.person(.resume, ordinal: attempt)
                let turn = try #require(stage.open)
                routes.agents.spentByCancelled = TokenUsage(
                    inputTokens: 10 * attempt, outputTokens: attempt, totalCost: Money(amountMicros: micros, currency: "EUR"))
                let lost = routes.loop.spawn { try await speak(turn) }
                try await routes.agents.waitForMessages(1 + attempt)
                lost.cancel()
                await members.stop(turn, of: record, in: nil)
                try stage.fail(.failed(Problem(.unavailable)))
            }
            stage.person(.resume, ordinal: 3)
            try stage.takeOver()
            routes.agents.script = { _ in .reply("Done.") }
            let spoken = try await speak(try #require(stage.open))
            #expect(
                spoken.usage
                    == TokenUsage(inputTokens: 30, outputTokens: 3, totalCost: Money(amountMicros: 500_000, currency: "EUR")))
            stage.tell(.spoke(turn: 4, spoken))
            #expect(stage.machine.state.summary(at: stage.now).usage.inputTokens == 1030)
            // It is anna's turn, then bert's again.
            #expect(try await speak(try #require(stage.open)).usage == nil)
            try stage.say("The plan.")
            #expect(try await speak(try #require(stage.open)).usage == nil)
        }
    }

    @Test("what a run had used that was given up, and after which its member had no turn, can be found out at the end")
    func givenUpAtTheEnd() async throws {
        try await withSimulationRoutes { routes in
            let record = record(routes, routes.issuer.makePerson())
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            var stage = try Stage(record.plan)
            let turn = try #require(stage.open)
            routes.agents.script = { _ in .never }
            let spent = TokenUsage(inputTokens: 10, outputTokens: 1, totalCost: Money(amountMicros: 200_000, currency: "EUR"))
            routes.agents.spentByCancelled = spent
            let lost = routes.loop.spawn { try await members.speak(turn, prompt: "Speak", of: record, in: nil) { _ in } }
            try await routes.agents.waitForMessages(1)
            lost.cancel()
            await members.stop(turn, of: record, in: nil)
            try stage.fail(.failed(Problem(.unavailable)))
            stage.person(.complete, ordinal: 1)
            let runs = try #require(stage.counted.first)
            #expect(await members.usage(of: runs, in: record) == spent)
            routes.agents.isDown = true
            #expect(await members.usage(of: runs, in: record) == TokenUsage())
        }
    }
}
