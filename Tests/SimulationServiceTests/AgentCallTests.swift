import EventLoop
import HTTPMessage
import Journal
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
                try await members.speak(turn, prompt: "Speak", of: record, in: try await members.begin(turn.member, of: record)) { _ in }
            }
            guard case .passing(let problem)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(problem.code == .badGateway)
        }
    }

    @Test("a turn that another version asked for in other words is joined")
    func otherWords() async throws {
        try await withSimulationRoutes { routes in
            let record = record(routes, routes.issuer.makePerson())
            let turn = try #require(try Stage(record.plan).open)
            let members = RemoteMemberCalls(routes.agentClient, on: routes.loop)
            let place = try await members.begin(turn.member, of: record)
            let first = try await members.speak(turn, prompt: "Speak", of: record, in: place) { _ in }
            #expect(try await members.speak(turn, prompt: "Please speak", of: record, in: place) { _ in } == first)
            #expect(routes.agents.messages.count == 1)
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
                try await members.speak(turn, prompt: "Speak", of: record, in: try await members.begin(turn.member, of: record)) { _ in }
            }
            try await routes.agents.waitForMessages(1)
            lost.cancel()
            await RemoteMemberCalls(routes.agentClient, on: routes.loop).stop(turn, of: record, in: nil)
            #expect(routes.agents.cancelled.count == 1)
        }
    }
}
