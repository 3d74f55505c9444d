import HTTPMessage
import JSON
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Crews")
struct CrewTests {
    private static let path = "/api/v1/crews"

    private func crew(_ routes: SimulationRoutes, of person: Principal.Person) -> CreateCrew {
        CreateCrew(
            name: "Newsroom", process: .sequential,
            members: [
                CrewMember(
                    name: "researcher", agentID: routes.agents.make(for: person), role: "{topic} researcher", goal: "Find",
                    backstory: "Old",
                    tools: ["search"]),
                CrewMember(name: "writer", agentID: routes.agents.make(for: person), role: "Writer", goal: "Write"),
            ],
            tasks: [
                CrewTask(name: "research", description: "Research {topic}", expectedOutput: "Ten points", member: "researcher"),
                CrewTask(name: "write", description: "Write", expectedOutput: "A text", member: "writer", context: ["research"]),
            ],
            inputs: ["topic": "kettles"])
    }

    @Test("a crew is created, read, changed and deleted", .timeLimit(.minutes(15)))
    func life() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = crew(routes, of: person)
            let created = try await routes.send(.post, Self.path, as: person, body: wanted)
            #expect(created.status == 201)
            let made = try created.decode(Crew.self)
            #expect(created.fields[.location] == "\(Self.path)/\(made.id)" && created.fields[.etag] == "\"1\"")
            #expect(made.members == wanted.members && made.tasks == wanted.tasks && made.inputs == ["topic": "kettles"])
            #expect(made.process == .sequential && made.maxRevisions == 2 && made.sharing == .private && made.manager == nil)

            let target = "\(Self.path)/\(made.id)"
            #expect(try await routes.send(.get, target, as: person).body == created.body)
            let lookups = routes.agents.lookups
            let change =
                #"{"process": "hierarchical", "manager": "writer", "tasks": [{"name": "all", "description": "Do", "expected_output": "It"}]}"#
            let changed = try await routes.send(.patch, target, as: person, change, fields: [.ifMatch: "\"1\""]).decode(Crew.self)
            #expect(changed.process == .hierarchical && changed.manager == "writer" && changed.tasks.map(\.name) == ["all"])
            #expect(changed.members == made.members && changed.version == 2)
            #expect(routes.agents.lookups == lookups, "no agent is new")
            // What was right becomes wrong by a change of something else.
            #expect(
                try await routes.send(.patch, target, as: person, #"{"manager": null}"#, fields: [.ifMatch: "*"]).pointers == ["/manager"])
            #expect(
                try await routes.send(.patch, target, as: person, #"{"process": "sequential"}"#, fields: [.ifMatch: "*"]).pointers
                    == ["/manager", "/tasks/0/member"])
            #expect(try await routes.send(.get, target, as: person).decode(Crew.self) == changed)

            #expect(try await routes.send(.delete, target, as: person).status == 204)
            #expect(try await routes.send(.get, target, as: person).status == 404)
        }
    }

    @Test("crews are listed by owner and by agent", .timeLimit(.minutes(15)))
    func lists() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let colleague = routes.makeColleague(of: person)
            var shared = crew(routes, of: person)
            shared.sharing = .organization
            let first = try await routes.send(.post, Self.path, as: person, body: shared).decode(Crew.self)
            let second = try await routes.send(.post, Self.path, as: person, body: crew(routes, of: person)).decode(Crew.self)
            func list(_ query: String, _ person: Principal.Person) async throws -> [CrewID] {
                try await routes.send(.get, Self.path + query, as: person).decode(Page<Crew>.self).data.map(\.id)
            }
            #expect(try await list("", person) == [second.id, first.id])
            #expect(try await list("?agent_id=\(second.members[1].agentID)", person) == [second.id])
            #expect(try await list("?agent_id=\(AgentID.sample)", person) == [])
            #expect(try await list("?limit=1", person) == [second.id])
            #expect(try await list("?cursor=\(second.id)", person) == [first.id])
            #expect(try await list("", colleague) == [first.id])
            #expect(try await list("?mine=true", colleague) == [])
            #expect(try await routes.send(.delete, "\(Self.path)/\(first.id)", as: colleague).code == .permissionDenied)
            #expect(try await routes.send(.delete, "\(Self.path)/\(second.id)", as: colleague).status == 404)
        }
    }

    @Test("an agent that is gone or somebody else's is refused with its place", .timeLimit(.minutes(15)))
    func agents() async throws {
        try await withSimulationRoutes { routes in
            let (person, other) = (routes.issuer.makePerson(), routes.issuer.makePerson())
            var wanted = crew(routes, of: person)
            let gone = wanted.members[0].agentID
            wanted.members[1].agentID = routes.agents.make(for: other)
            #expect(try await routes.send(.post, Self.path, as: person, body: wanted).pointers == ["/members/1/agent_id"])
            wanted.members[1].agentID = gone
            let key: HTTPFields = ["idempotency-key": "k"]
            let made = try await routes.send(.post, Self.path, as: person, json(wanted), fields: key).decode(Crew.self)
            routes.agents.remove(gone)
            #expect(
                try await routes.send(.post, Self.path, as: person, body: wanted).pointers == [
                    "/members/0/agent_id", "/members/1/agent_id",
                ])
            // The answer that was given stands, and what is there can be changed.
            #expect(try await routes.send(.post, Self.path, as: person, json(wanted), fields: key).decode(Crew.self).id == made.id)
            #expect(
                try await routes.send(.patch, "\(Self.path)/\(made.id)", as: person, #"{"name": "x"}"#, fields: [.ifMatch: "*"]).status
                    == 200)
            routes.agents.isDown = true
            wanted.members[0].agentID = routes.agents.make(for: person)
            #expect(try await routes.send(.post, Self.path, as: person, body: wanted).status == 503)
        }
    }

    @Test("tools that are not in the catalogue are refused with their places", .timeLimit(.minutes(15)))
    func tools() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            var wanted = crew(routes, of: person)
            wanted.members[0].tools = ["hammer", "search", "write"]
            wanted.members[1].tools = ["saw", "../tools/read"]
            #expect(
                try await routes.send(.post, Self.path, as: person, body: wanted).pointers
                    == ["/members/0/tools/0", "/members/1/tools/0", "/members/1/tools/1"])
            wanted.members[0].tools = ["search", "write"]
            wanted.members[1].tools = nil
            let made = try await routes.send(.post, Self.path, as: person, body: wanted).decode(Crew.self)
            let target = "\(Self.path)/\(made.id)"
            var patch = UpdateCrew()
            patch.members = made.members
            patch.members?[1].tools = ["read", "saw"]
            let changed = try await routes.send(
                .patch, target, as: person, String(decoding: JSONCodec.encode(patch), as: UTF8.self), fields: [.ifMatch: "*"])
            #expect(changed.status == 422 && changed.pointers == ["/members/1/tools/1"])

            // What was there stays as it is, and a simulation with it does not begin.
            routes.agents.tools = ["read", "search"]
            patch.members?[1].tools = ["read"]
            let kept = try await routes.send(
                .patch, target, as: person, String(decoding: JSONCodec.encode(patch), as: UTF8.self), fields: [.ifMatch: "*"])
            #expect(kept.status == 200)
            let scenario = try await routes.send(.post, "/api/v1/scenarios", as: person, body: CreateScenario(name: "x", setting: "y"))
                .decode(Scenario.self)
            let begun = CreateSimulation(scenarioID: scenario.id, crewID: made.id)
            let refused = try await routes.send(.post, "/api/v1/simulations", as: person, body: begun)
            #expect(refused.status == 422 && refused.pointers == ["/crew_id"])
            #expect(refused.details.first?.hasPrefix("researcher is to use the tool write,") == true)
            routes.agents.tools = ["read", "search", "write"]
            #expect(try await routes.send(.post, "/api/v1/simulations", as: person, body: begun).status == 201)
        }
    }

    private func json(_ crew: CreateCrew) throws -> String { String(decoding: try JSONCodec.encode(crew), as: UTF8.self) }
}
