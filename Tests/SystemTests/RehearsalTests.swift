import EventLoop
import Foundation
import HTTPMessage
import ScriptedModel
import Support
import Testing
import WireProtocol

/// Crews that rehearse, as a client of the gateway sees them.
@Suite("Rehearsals through the gateway", .serialized, .timeLimit(.minutes(15)))
struct RehearsalTests {
    private typealias Simulation = WireProtocol.Simulation

    /// What the model says: the manager assigns and accepts, everybody else delivers.
    private static let obliging = [
        ScriptedRule(match: "Who is to do the task", .text("bert")), ScriptedRule(match: "Check the result", .text("ACCEPT")),
        ScriptedRule(match: "Your task “facts”", .text("The kettle is red.", deltaLength: 5)), ScriptedRule(.text("Done.")),
    ]

    private func makeAgent(_ person: Person, _ name: String) async throws -> AgentID {
        try await person.post("/api/v1/agents", CreateAgent(name: name, instructions: "Be brief.", mode: .chat)).decode(Agent.self).id
    }

    private func makeScenario(_ person: Person) async throws -> ScenarioID {
        try await person.post(
            "/api/v1/scenarios",
            CreateScenario(name: "Launch", setting: "We launch {topic}.", inputs: ["topic": "a kettle", "current_year": "2026"])
        ).decode(Scenario.self).id
    }

    /// Begins a simulation of a hierarchical crew of four with three tasks.
    private func begin(_ person: Person) async throws -> Simulation {
        var members: [CrewMember] = []
        for name in ["carl", "anna", "bert", "dora"] {
            members.append(CrewMember(name: name, agentID: try await makeAgent(person, name), role: "Expert for {topic}", goal: "Quality"))
        }
        let crew = try await person.post(
            "/api/v1/crews",
            CreateCrew(
                name: "Team", process: .hierarchical, manager: "carl", members: members,
                tasks: [
                    CrewTask(name: "facts", description: "Find facts", expectedOutput: "Facts", member: "anna"),
                    CrewTask(name: "plan", description: "Make a plan", expectedOutput: "A plan"),
                    CrewTask(name: "report", description: "Write", expectedOutput: "A report", member: "dora", context: ["facts"]),
                ])
        ).decode(Crew.self)
        return try await person.post(
            "/api/v1/simulations", CreateSimulation(scenarioID: try await makeScenario(person), crewID: crew.id, seed: 5)
        ).decode(Simulation.self)
    }

    private func path(_ simulation: Simulation) -> String { "/api/v1/simulations/\(simulation.id)" }

    /// Reads events until one of this name, or the end.
    private func read(_ stream: EventReader, until name: String) async throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        while let event = try await stream.next() {
            events.append(event)
            if event.event == name { break }
        }
        return events
    }

    private func complete(_ person: Person, _ simulation: Simulation) async throws -> SimulationSummary {
        let answer = try await person.post(path(simulation) + "/complete", NoContent())
        #expect(answer.status == 200)
        return try #require(try answer.decode(Simulation.self).summary)
    }

    @Test(
        "a crew of four runs to the summary, a person speaks in between, and a stream that is cut after any event goes on with the same bytes"
    )
    func crew() async throws {
        try await withSystem { system in
            system.model.script = ModelScript(Self.obliging)
            let ada = try await Person.register(system)
            let simulation = try await begin(ada)
            let target = path(simulation)
            _ = try await read(try await ada.events(target + "/events"), until: "simulation.waiting")
            let chat = try await ada.events(target + "/chat", method: .post, body: SimulationChat(content: "Will it sell?"))
            // It ends when all is said.
            let answer = try await chat.rest()
            #expect(answer.compactMap(\.event) == ["person.spoke", "turn.started", "turn.completed", "simulation.waiting"])

            let summary = try await complete(ada, simulation)
            #expect(summary.tasks.map(\.outcome) == [.accepted, .accepted, .accepted])
            #expect(summary.tasks.map(\.member) == ["anna", "bert", "dora"] && summary.tasks[0].output == "The kettle is red.")
            #expect(summary.turns == 8 && summary.statements.count == 9 && summary.openQuestions == [])
            #expect(summary.usage.inputTokens > summary.usage.outputTokens && summary.usage.outputTokens > 0)
            #expect(system.model.requestCount == 8)
            // What a task builds on reaches its member, and nothing else does.
            let report = try #require(system.model.requests.first { ($0.messages.last?.content ?? "").contains("Your task “report”") })
            #expect(report.messages.last?.content.contains("The kettle is red.") == true)
            #expect(report.messages.last?.content.contains("Expert for a kettle") == true)

            let events = try await ada.events(target + "/events").rest()
            #expect(events.compactMap(\.id) == (1...events.count).map(String.init) && events.last?.event == "simulation.completed")
            for cut in 0...events.count {
                #expect(try await ada.events(target + "/events", after: cut).rest() == Array(events.dropFirst(cut)), "after \(cut)")
            }
            let eve = try await Person.register(system, email: "eve@example.com")
            #expect(try await eve.get(target).status == 404)
            #expect(try await eve.get(target + "/events").status == 404)
        }
    }

    @Test("a colleague runs a crew that is shared with its agents, for themselves; nobody of another organisation sees any of it")
    func shared() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(.text("Done."))])
            let ada = try await Person.register(system)
            let bob = try await Person.join(ada, email: "bob@example.com")
            let eve = try await Person.register(system, email: "eve@example.com")
            let agent = try await makeAgent(ada, "Writer")
            func change(_ path: String, _ sharing: String) async throws -> Int {
                let tag = try #require(try await ada.get(path).fields[.etag])
                let change = Array(#"{"sharing": "\#(sharing)"}"#.utf8)
                return try await ada.send(.patch, path, json: change, fields: [.ifMatch: tag]).status
            }
            let crew = try await ada.post(
                "/api/v1/crews",
                CreateCrew(
                    name: "Team", process: .sequential,
                    members: [CrewMember(name: "anna", agentID: agent, role: "Expert", goal: "Quality")],
                    tasks: [CrewTask(name: "facts", description: "Find facts", expectedOutput: "Facts", member: "anna")],
                    sharing: .organization)
            ).decode(Crew.self)
            let scenario = try await makeScenario(ada)
            #expect(try await change("/api/v1/scenarios/\(scenario)", "organization") == 200)
            let wanted = CreateSimulation(scenarioID: scenario, crewID: crew.id)
            let refused = try await bob.post("/api/v1/simulations", wanted)
            #expect(refused.problem == .conflict && String(decoding: refused.body, as: UTF8.self).contains("anna (\(agent))"))

            #expect(try await change("/api/v1/agents/\(agent)", "organization") == 200)
            let simulation = try await bob.post("/api/v1/simulations", wanted).decode(Simulation.self)
            _ = try await read(try await bob.events(path(simulation) + "/events"), until: "simulation.waiting")
            // Bob converses with Ada's agent: she does not see it, and her agent knows nothing of his.
            let conversations = try await bob.get("/api/v1/conversations?agent_id=\(agent)").decode(Page<Conversation>.self).data
            #expect(conversations.count == 1)
            #expect(try await ada.get("/api/v1/conversations").decode(Page<Conversation>.self).data == [])
            for conversation in conversations { #expect(try await ada.get("/api/v1/conversations/\(conversation.id)").status == 404) }
            #expect(try await ada.get(path(simulation)).status == 404, "it is not shared")

            #expect(try await eve.get("/api/v1/agents/\(agent)").status == 404)
            #expect(try await eve.get("/api/v1/crews/\(crew.id)").status == 404)
            #expect(try await eve.post("/api/v1/simulations", wanted).status == 422)
            #expect(try await eve.post("/api/v1/conversations", CreateConversation(agentID: agent)).status == 422)

            // Ada withdraws her agent: what Bob began ends with the reason when the member is to speak again.
            #expect(try await change("/api/v1/agents/\(agent)", "private") == 200)
            let chat = try await bob.events(path(simulation) + "/chat", method: .post, body: SimulationChat(content: "More?"))
            #expect(try await chat.rest().last?.event == "simulation.failed")
            let failed = try await bob.get(path(simulation)).decode(Simulation.self)
            #expect(failed.problem?.detail == "The agent of anna was deleted, or is not shared with you any more.")
            #expect(failed.summary?.tasks.map(\.outcome) == [.completed])
        }
    }

    @Test("the simulation service is killed in mid-crew: the open turn is joined, and no turn is paid twice")
    func simulationKilled() async throws {
        try await withSystem { system in
            let held = ScriptedRule(match: "Your task “plan”", ScriptedAnswer([.delta("A "), .wait("gate"), .delta("plan.")]))
            system.model.script = ModelScript([held] + Self.obliging)
            let ada = try await Person.register(system)
            let simulation = try await begin(ada)
            let stream = try await ada.events(path(simulation) + "/events")
            var seen: [ServerSentEvent] = []
            // facts and its review, the assignment of plan, and then plan.
            while seen.count(where: { $0.event == "turn.started" }) < 4 { seen.append(try #require(try await stream.next())) }
            try await system.model.waitForRequests(4)
            try await system[.simulation].kill()
            let (health, _) = try await system[.gateway].runAgain(arguments: ["health"])
            #expect(health == .exited(code: 0), "the gateway serves whatever is left")
            system.model.open("gate")
            try system[.simulation].start()
            try await system.waitUntilReady(.simulation)

            let rest = try await read(try await ada.events(path(simulation) + "/events", after: seen.count), until: "simulation.waiting")
            #expect(rest.first?.id == String(seen.count + 1))
            let summary = try await complete(ada, simulation)
            #expect(summary.tasks.map(\.outcome) == [.accepted, .accepted, .accepted] && summary.tasks[1].output == "A plan.")
            #expect(summary.turns == 7 && system.model.requestCount == 7)
            let all = try await ada.events(path(simulation) + "/events").rest()
            #expect(Array(all.prefix(seen.count + rest.count)) == seen + rest)
        }
    }

    @Test("the agent service is killed in mid-crew: its run goes on, and the crew with it")
    func agentKilled() async throws {
        try await withSystem { system in
            let held = ScriptedRule(match: "Your task “plan”", times: 1, ScriptedAnswer([.delta("lost"), .wait("never")]))
            system.model.script = ModelScript([held] + Self.obliging)
            let ada = try await Person.register(system)
            let simulation = try await begin(ada)
            try await system.model.waitForRequests(4)
            try await system[.agent].kill()
            try system[.agent].start()
            try await system.waitUntilReady(.agent)
            _ = try await read(try await ada.events(path(simulation) + "/events"), until: "simulation.waiting")
            let summary = try await complete(ada, simulation)
            #expect(summary.tasks.map(\.outcome) == [.accepted, .accepted, .accepted] && summary.tasks[1].output == "Done.")
            #expect(summary.turns == 7 && system.model.requestCount == 8, "one call was lost with the process")
        }
    }

    @Test("killed at any event, either service: the crew comes to its summary, and nobody says anything twice")
    func killedAnywhere() async throws {
        let seed = testSeed()
        try await withSystem { system in
            system.model.script = ModelScript(Self.obliging)
            let ada = try await Person.register(system)
            var random = seed
            for (round, service) in [ServiceName.simulation, .agent, .simulation].enumerated() {
                let callsBefore = system.model.requestCount
                let simulation = try await begin(ada)
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let step = Int((random >> 33) % 20) + 1
                let stream = try await ada.events(path(simulation) + "/events")
                var last = 0
                while last < step, let event = try await stream.next() {
                    last = try #require(event.id.flatMap { Int($0) })
                    if event.event == "simulation.waiting" { break }
                }
                stream.cancel()
                try await system[service].kill()
                try system[service].start()
                try await system.waitUntilReady(service)
                let comment: Comment = "seed \(seed), round \(round), \(service) killed after event \(last)"
                _ = try await read(try await ada.events(path(simulation) + "/events"), until: "simulation.waiting")
                let summary = try await complete(ada, simulation)
                #expect(summary.tasks.map(\.outcome) == [.accepted, .accepted, .accepted], comment)
                #expect(summary.turns == 7 && summary.statements.count == 7, comment)
                // A call that was open when the agent service was killed is made again, and no other.
                let calls = system.model.requestCount - callsBefore
                #expect(service == .agent ? (7...8).contains(calls) : calls == 7, comment)
            }
        }
    }

    private static let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"]

    @Test("CrewAI's own templates are imported and run", .enabled(if: python != nil, "make test names a Python with crewai-cli"))
    func originals() async throws {
        let found = try run(
            Self.python ?? "", ["-c", "import importlib.util as u; print(u.find_spec('crewai_cli').submodule_search_locations[0])"])
        try #require(found.status == 0, "\(found.text)")
        let templates = found.text.trimmingCharacters(in: .whitespacesAndNewlines)
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(.text("Done."))])
            let ada = try await Person.register(system)
            let agent = try await makeAgent(ada, "Writer")
            for folder in ["crew/config", "flow/crews/content_crew/config"] {
                let files = URL(filePath: templates).appending(path: "templates").appending(path: folder)
                func text(_ name: String) throws -> String { try String(contentsOf: files.appending(path: name), encoding: .utf8) }
                let crew = try await ada.post(
                    "/api/v1/crews/import",
                    ImportCrew(name: folder, agentsYAML: try text("agents.yaml"), tasksYAML: try text("tasks.yaml"), agentID: agent)
                ).decode(ImportedCrew.self).crew
                let simulation = try await ada.post(
                    "/api/v1/simulations", CreateSimulation(scenarioID: try await makeScenario(ada), crewID: crew.id)
                ).decode(Simulation.self)
                _ = try await read(try await ada.events(path(simulation) + "/events"), until: "simulation.waiting")
                let summary = try await complete(ada, simulation)
                #expect(summary.tasks.map(\.name) == crew.tasks.map(\.name))
                #expect(summary.tasks.allSatisfy { $0.outcome == .completed && $0.output == "Done." })
            }
            let prompts = system.model.requests.compactMap { $0.messages.last?.content }
            #expect(
                prompts.first?.contains("a kettle Senior Data Researcher") == true
                    && prompts.first?.contains("current year is 2026") == true)
            #expect(prompts.count == 5 && prompts.allSatisfy { !$0.contains("{topic}") })
        }
    }
}
