import EventLoop
import HTTPMessage
import JSON
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Simulations", .timeLimit(.minutes(15)))
struct SimulationTests {
    private typealias Simulation = WireProtocol.Simulation
    private static let path = "/api/v1/simulations"
    private static let ends: Set<String> = ["simulation.completed", "simulation.failed", "simulation.cancelled"]

    @Test("a crew runs to the summary; its events can be read from any number")
    func crew() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { prompt in
                .reply(prompt.contains("“facts”") && prompt.contains("Your task “facts”") ? "Facts of the kettle" : "Done. More?")
            }
            let created = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person))
            #expect(created.status == 201)
            let simulation = try created.decode(Simulation.self)
            #expect(created.fields[.location] == "\(Self.path)/\(simulation.id)" && simulation.status == .running && simulation.seed == 1)
            let events = try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            #expect(events.map(\.sequence) == Array(1...11))
            #expect(routes.agents.messages.count == 3)
            #expect(
                routes.agents.messages[0].content.contains("We launch a kettle.")
                    && routes.agents.messages[0].content.contains("the scenario") == false)
            #expect(routes.agents.messages[0].content.contains("You are anna, Expert."))
            #expect(routes.agents.messages[1].content.contains("Facts of the kettle"))
            #expect(routes.agents.messages[0].conversation == routes.agents.messages[2].conversation, "anna's conversation")

            let target = "\(Self.path)/\(simulation.id)"
            #expect(try await routes.send(.get, target, as: person).decode(Simulation.self).status == .waiting)
            let answer = try await routes.send(.post, target + "/complete", as: person)
            #expect(answer.status == 200)
            let completed = try answer.decode(Simulation.self)
            let summary = try #require(completed.summary)
            #expect(completed.status == .completed && completed.lastEvent == 12 && completed.finishedAt != nil)
            #expect(
                summary.tasks.map(\.outcome) == [.completed, .completed, .completed] && summary.tasks[0].output == "Facts of the kettle")
            #expect(summary.statements.count == 3 && summary.turns == 3 && summary.openQuestions == ["bert: More?", "anna: More?"])
            // Completing twice gives the same.
            #expect(try await routes.send(.post, target + "/complete", as: person).decode(Simulation.self) == completed)
            #expect(try await routes.send(.post, target + "/chat", as: person, #"{"content": "x"}"#).code == .conflict)
            #expect(try await routes.send(.post, target + "/pause", as: person).code == .conflict)

            let all = try await routes.send(.get, target + "/events", as: person).decode(SimulationEventList.self)
            #expect(all.data.map(\.sequence) == Array(1...12) && !all.hasMore)
            for after in 0...12 {
                let rest = try await routes.send(.get, target + "/events?after=\(after)", as: person).decode(SimulationEventList.self)
                #expect(rest.data == Array(all.data.dropFirst(after)))
            }
            let some = try await routes.send(.get, target + "/events?limit=5", as: person).decode(SimulationEventList.self)
            #expect(some.data == Array(all.data.prefix(5)) && some.hasMore)
            #expect(try await routes.send(.get, target + "/events?after=13", as: person).code == .eventNotYet)
        }
    }

    @Test("a hierarchical crew: who never meets what is expected is sent back so often and no more")
    func hierarchical() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { prompt in
                if prompt.contains("Who is to do the task") { return .reply("bert") }
                if prompt.contains("Check the result of the task “plan”") { return .reply("REVISE: never good enough") }
                return .reply(prompt.contains("Check the result") ? "ACCEPT" : "Result")
            }
            let simulation = try await routes.send(
                .post, Self.path, as: person, body: try await routes.prepare(of: person, process: .hierarchical)
            )
            .decode(Simulation.self)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            let summary = try #require(
                try await routes.send(.post, "\(Self.path)/\(simulation.id)/complete", as: person).decode(Simulation.self).summary)
            #expect(summary.tasks.map(\.outcome) == [.accepted, .notAccepted, .accepted])
            #expect(summary.tasks.map(\.member) == ["anna", "bert", "bert"] && summary.tasks.map(\.revisions) == [0, 2, 0])
            #expect(summary.openQuestions == ["The result of the task “plan” was not accepted: never good enough"])
        }
    }

    @Test("two people speak at once: both are heard, once each, and answered")
    func twoPeople() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let colleague = routes.makeColleague(of: person)
            var wanted = try await routes.prepare(of: person, sharing: .organization)
            wanted.crewID = nil
            wanted.agentIDs = [routes.agents.make(for: person)]
            let simulation = try await routes.send(.post, Self.path, as: person, body: wanted).decode(Simulation.self)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            let target = "\(Self.path)/\(simulation.id)/chat"
            let said = (1...10).map { number in
                routes.loop.spawn {
                    try await routes.send(
                        .post, target, as: number % 2 == 0 ? person : colleague, #"{"content": "Say \#(number)"}"#,
                        fields: ["idempotency-key": "key-\(number)"]
                    ).decode(ChatReceipt.self)
                }
            }
            var ordinals: [Int] = []
            for task in said { ordinals.append(try await task.value.ordinal) }
            #expect(ordinals.sorted() == Array(1...10))
            let again = try await routes.send(.post, target, as: person, #"{"content": "Say 2"}"#, fields: ["idempotency-key": "key-2"])
            #expect(again.fields["idempotent-replayed"] == "true")
            // One who says the same under another key says it again.
            var heard: Set<Int> = []
            var last = 0
            while heard.count < 10 {
                for (sequence, event) in try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person, after: last) {
                    last = sequence
                    if case .personSpoke(let spoke) = event {
                        #expect(heard.insert(spoke.ordinal).inserted)
                        let number = try #require(Int(spoke.content.dropFirst(4)))
                        #expect(spoke.userID == (number % 2 == 0 ? person : colleague).user)
                    }
                }
            }
            #expect(heard == Set(1...10))
            let prompts = routes.agents.messages.map(\.content).joined()
            for number in 1...10 { #expect(prompts.contains("Say \(number)"), "\(number)") }
            // Others may speak, and no more.
            for action in ["pause", "resume", "complete", "cancel"] {
                #expect(try await routes.send(.post, "\(Self.path)/\(simulation.id)/\(action)", as: colleague).code == .permissionDenied)
            }
            #expect(try await routes.send(.delete, "\(Self.path)/\(simulation.id)", as: colleague).code == .permissionDenied)
            let stranger = routes.issuer.makePerson()
            #expect(try await routes.send(.post, target, as: stranger, #"{"content": "x"}"#).status == 404)
            #expect(try await routes.send(.get, "\(Self.path)/\(simulation.id)/events", as: stranger).status == 404)
        }
    }

    @Test("a model that fails in mid-crew pauses it with the reason; resumed, it goes on, and the summary knows what the failure had cost")
    func modelFails() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let spent = TokenUsage(inputTokens: 70, outputTokens: 7, totalCost: Money(amountMicros: 500_000, currency: "EUR"))
            routes.agents.script = {
                $0.contains("Your task “plan”") ? .failure(Problem(.modelUnavailable, detail: "gone"), usage: spent) : .reply("Done.")
            }
            let simulation = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person)).decode(
                Simulation.self)
            let target = "\(Self.path)/\(simulation.id)"
            let events = try await routes.wait(for: ["simulation.paused"], in: simulation, of: person)
            let paused = try await routes.send(.get, target, as: person).decode(Simulation.self)
            #expect(paused.status == .paused && paused.problem?.code == .modelUnavailable && paused.problem?.detail == "gone")
            routes.agents.script = { _ in .reply("Better.") }
            #expect(try await routes.send(.post, target + "/resume", as: person).status == 202)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person, after: events.last?.sequence ?? 0)
            let done = try await routes.send(.get, target, as: person).decode(Simulation.self)
            #expect(done.status == .waiting && done.problem == nil)
            #expect(routes.agents.messages.count == 4, "three tasks, and one that failed")
            let failures = events.compactMap { if case .turnFailed(let failed) = $0.event { failed } else { nil } }
            #expect(failures.map(\.usage) == [spent] && failures.allSatisfy { $0.runID != nil })
            let ended = try await routes.send(.post, target + "/complete", as: person).decode(Simulation.self)
            #expect(ended.summary?.usage == spent && ended.summary?.turns == 4)
        }
    }

    @Test("an agent that is deleted in mid-crew ends it with the reason; one that is gone or somebody else's begins nothing")
    func agentsGone() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person, sharing: .organization)
            let crew = try await routes.send(.get, "/api/v1/crews/\(try #require(wanted.crewID))", as: person).decode(Crew.self)
            // A colleague sees the crew, but its agents are not theirs.
            let refused = try await routes.send(.post, Self.path, as: routes.makeColleague(of: person), body: wanted)
            #expect(refused.code == .conflict)
            #expect(
                try refused.decode(Problem.self).detail
                    == "The crew is shared with you, but the agents of these members are not: anna (\(crew.members[0].agentID)), "
                    + "bert (\(crew.members[1].agentID)). Their owner can share them, or you make a crew like it with your own.")
            // Shared, they are used by the colleague; by nobody else.
            for member in crew.members { routes.agents.share(member.agentID) }
            let colleague = routes.makeColleague(of: person)
            let theirs = try await routes.send(.post, Self.path, as: colleague, body: wanted).decode(Simulation.self)
            #expect(theirs.ownerID == colleague.user)
            try await routes.wait(for: ["simulation.waiting"], in: theirs, of: colleague)
            let stranger = try await routes.send(.post, Self.path, as: routes.issuer.makePerson(), body: wanted)
            #expect(stranger.pointers == ["/scenario_id"])

            routes.agents.script = { prompt in
                routes.agents.remove(crew.members[1].agentID)
                return .reply("Done.")
            }
            let simulation = try await routes.send(.post, Self.path, as: person, body: wanted).decode(Simulation.self)
            try await routes.wait(for: ["simulation.failed"], in: simulation, of: person)
            let failed = try await routes.send(.get, "\(Self.path)/\(simulation.id)", as: person).decode(Simulation.self)
            #expect(failed.status == .failed && failed.problem?.code == .conflict)
            #expect(failed.problem?.detail?.hasPrefix("The agent of bert was deleted, or is not shared with you") == true)
            #expect(failed.summary?.tasks.map(\.outcome) == [.completed, .unfinished, .unfinished])
            #expect(try await routes.send(.post, "\(Self.path)/\(simulation.id)/complete", as: person).code == .conflict)

            let gone = try await routes.send(.post, Self.path, as: person, body: wanted)
            #expect(gone.code == .conflict)
            #expect(
                try gone.decode(Problem.self).detail == "The agents of these members were deleted: bert (\(crew.members[1].agentID))")
            var agents = wanted
            agents.crewID = nil
            agents.agentIDs = [crew.members[0].agentID, crew.members[1].agentID, crew.members[0].agentID]
            #expect(try await routes.send(.post, Self.path, as: person, body: agents).pointers == ["/agent_ids/1", "/agent_ids/2"])
        }
    }

    @Test(
        "cancelled and completed in mid-crew: the run of the member is stopped, and the summary says what is unfinished",
        arguments: ["cancel", "complete"])
    func ended(by action: String) async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { $0.contains("Your task “plan”") ? .never : .reply("Done.") }
            let simulation = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person)).decode(
                Simulation.self)
            let target = "\(Self.path)/\(simulation.id)"
            try await routes.agents.waitForMessages(2)
            #expect(try await routes.send(.delete, target, as: person).code == .conflict)
            let answers = [
                routes.loop.spawn { try await routes.send(.post, "\(target)/\(action)", as: person) },
                routes.loop.spawn { try await routes.send(.post, "\(target)/\(action)", as: person) },
            ]
            for answer in answers { #expect([200, 202].contains(try await answer.value.status)) }
            try await routes.wait(for: Self.ends, in: simulation, of: person)
            let ended = try await routes.send(.get, target, as: person).decode(Simulation.self)
            #expect(ended.status == (action == "cancel" ? .cancelled : .completed))
            #expect(ended.summary?.tasks.map(\.outcome) == [.completed, .unfinished, .unfinished])
            try await routes.loop.withTimeout(.seconds(120)) {
                try await routes.agents.changed.wait { routes.agents.cancelled.isEmpty }
            }
            #expect(try await routes.send(.delete, target, as: person).status == 204)
            #expect(try await routes.send(.get, target, as: person).status == 404)
        }
    }

    @Test("what cannot begin is refused with its place")
    func refused() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person)
            func refuse(_ change: (inout CreateSimulation) -> Void) async throws -> RouteAnswer {
                var wanted = wanted
                change(&wanted)
                let answer = try await routes.send(.post, Self.path, as: person, body: wanted)
                #expect(answer.status == 422)
                return answer
            }
            #expect(try await refuse { $0.scenarioID = .sample }.pointers == ["/scenario_id"])
            #expect(try await refuse { $0.crewID = .sample }.pointers == ["/crew_id"])
            #expect(try await refuse { $0.crewID = nil }.pointers == ["/crew_id"])
            #expect(try await refuse { $0.agentIDs = [.sample] }.pointers == ["/crew_id"])
            #expect(try await refuse { $0.seed = -1 }.pointers == ["/seed"])

            let scenario = try await routes.send(
                .post, "/api/v1/scenarios", as: person,
                body: CreateScenario(
                    name: "x", setting: String(repeating: "{long}", count: 5000) + "{nothing}",
                    inputs: ["long": String(repeating: "x", count: 8000)])
            ).decode(Scenario.self)
            #expect(try await refuse { $0.scenarioID = scenario.id }.pointers == ["/scenario_id"])
            let change = try await routes.send(
                .patch, "/api/v1/scenarios/\(scenario.id)", as: person, #"{"setting": "{nothing} {more}"}"#, fields: [.ifMatch: "*"])
            #expect(change.status == 200)
            #expect(
                try await refuse { $0.scenarioID = scenario.id }.details.map { $0.prefix(29) }
                    == ["needs a value for {nothing}, ", "needs a value for {more}, and"])
        }
    }

    @Test("simulations are listed by status, scenario, crew and owner, and their title can be changed")
    func lists() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let first = try await routes.prepare(of: person)
            let second = try await routes.prepare(of: person, sharing: .organization)
            var simulations: [Simulation] = []
            for wanted in [first, second] {
                let key: HTTPFields = ["idempotency-key": "\(wanted.scenarioID)"]
                let json = String(decoding: try JSONCodec.encode(wanted), as: UTF8.self)
                let simulation = try await routes.send(.post, Self.path, as: person, json, fields: key).decode(Simulation.self)
                let again = try await routes.send(.post, Self.path, as: person, json, fields: key)
                #expect(try again.decode(Simulation.self).id == simulation.id && again.fields["idempotent-replayed"] == "true")
                try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
                simulations.append(simulation)
            }
            _ = try await routes.send(.post, "\(Self.path)/\(simulations[0].id)/complete", as: person)
            let ids = simulations.map(\.id)
            func list(_ query: String, as other: Principal.Person? = nil) async throws -> [SimulationID] {
                try await routes.send(.get, Self.path + query, as: other ?? person).decode(Page<Simulation>.self).data.map(\.id)
            }
            #expect(try await list("") == [ids[1], ids[0]])
            #expect(try await list("?status=completed") == [ids[0]])
            #expect(try await list("?status=waiting") == [ids[1]])
            #expect(try await list("?scenario_id=\(first.scenarioID)") == [ids[0]])
            #expect(try await list("?crew_id=\(try #require(second.crewID))") == [ids[1]])
            #expect(try await list("?limit=1") == [ids[1]])
            #expect(try await list("?cursor=\(ids[1])") == [ids[0]])
            #expect(try await list("", as: routes.makeColleague(of: person)) == [ids[1]])

            let target = "\(Self.path)/\(ids[0])"
            // Of its version when it began: what has happened since changes nothing that can be changed.
            let tag = "\"\(simulations[0].version)\""
            let changed = try await routes.send(
                .patch, target, as: person, #"{"title": "Dress rehearsal", "sharing": "organization"}"#, fields: [.ifMatch: tag])
            #expect(try changed.decode(Simulation.self).title == "Dress rehearsal" && changed.fields[.etag] == "\"2\"")
            #expect(try await routes.send(.get, target, as: person).fields[.etag] == "\"2\"")
            #expect(try await routes.send(.patch, target, as: person, "{}", fields: [.ifMatch: tag]).status == 412)
            #expect(try await list("", as: routes.makeColleague(of: person)) == [ids[1], ids[0]])
        }
    }
}
