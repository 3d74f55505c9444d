import EventLoop
import HTTPMessage
import PostgresClient
import ServiceKit
import SimulationService
import Support
import Testing
import WireProtocol

@Suite("Limits of simulations", .timeLimit(.minutes(15)))
struct SimulationLimitTests {
    private typealias Simulation = WireProtocol.Simulation
    private static let path = "/api/v1/simulations"

    @Test("a person has so many simulations that have not ended and no more, however many are asked for at once")
    func perPerson() async throws {
        try await withSimulationRoutes(limit: 2) { routes in
            let (person, other) = (routes.issuer.makePerson(), routes.issuer.makePerson())
            let wanted = try await routes.prepare(of: person)
            let asked = (0..<5).map { _ in routes.loop.spawn { try await routes.send(.post, Self.path, as: person, body: wanted) } }
            var answers: [RouteAnswer] = []
            for task in asked { answers.append(try await task.value) }
            #expect(answers.count { $0.status == 201 } == 2)
            let refused = try #require(answers.first { $0.status != 201 })
            #expect(refused.status == 403 && refused.code == .quotaExceeded)
            #expect(try refused.decode(Problem.self).detail?.contains("You have 2 simulations") == true)
            let theirs = try await routes.prepare(of: other)
            #expect(try await routes.send(.post, Self.path, as: other, body: theirs).status == 201, "others have their own")

            let simulation = try #require(answers.first { $0.status == 201 }).decode(Simulation.self)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            #expect(try await routes.send(.post, Self.path, as: person, body: wanted).code == .quotaExceeded, "those that wait count too")
            #expect(try await routes.send(.post, "\(Self.path)/\(simulation.id)/complete", as: person).status == 200)
            #expect(try await routes.send(.post, Self.path, as: person, body: wanted).status == 201)
        }
    }

    @Test("people leave so much in a simulation and no more, and can complete it all the same")
    func full() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person)
            func begin(_ full: PostgresQuery) async throws -> String {
                let simulation = try await routes.send(.post, Self.path, as: person, body: wanted).decode(Simulation.self)
                try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
                try await routes.database.acrossTenants().query(
                    "UPDATE simulation.simulations SET \(fragment: full) WHERE id = \(simulation.id)")
                return "\(Self.path)/\(simulation.id)"
            }
            func say(_ content: String, _ target: String) async throws -> RouteAnswer {
                try await routes.send(.post, target + "/chat", as: person, body: SimulationChat(content: content))
            }
            // Four bytes are left.
            let target = try await begin("input_size = (4 << 20) - 4")
            let refused = try await say("Hello", target)
            #expect(refused.status == 403 && refused.code == .quotaExceeded)
            #expect(try await say("Hey!", target).status == 202)
            #expect(try await say("?", target).code == .quotaExceeded)
            #expect(try await routes.send(.post, target + "/pause", as: person).status == 202, "it says nothing")
            let ended = try await routes.send(.post, target + "/complete", as: person).decode(Simulation.self)
            #expect(ended.status == .completed && ended.summary?.statements.contains { $0.text == "Hey!" } == true)
            #expect(try await say("?", target).code == .conflict)

            let other = try await begin("inputs = 2000")
            for action in ["pause", "resume"] {
                #expect(try await routes.send(.post, "\(other)/\(action)", as: person).code == .quotaExceeded)
            }
            #expect(try await say("?", other).code == .quotaExceeded)
        }
    }

    @Test("one that was lost again and again is ended, and what its member is at is stopped")
    func lostTooOften() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { _ in .never }
            let simulation = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person)).decode(
                Simulation.self)
            try await routes.agents.waitForMessages(1)
            // Its holder has been gone for the twentieth time.
            try await routes.database.acrossTenants().query(
                "UPDATE simulation.live_simulations SET claims = 20, holder = gen_random_uuid() WHERE simulation_id = \(simulation.id)")
            try await routes.wait(for: ["simulation.failed"], in: simulation, of: person)
            let failed = try await routes.send(.get, "\(Self.path)/\(simulation.id)", as: person).decode(Simulation.self)
            #expect(failed.problem?.detail == "The simulation was interrupted too often." && failed.summary?.tasks.count == 3)
            try await routes.loop.withTimeout(.seconds(120)) {
                try await routes.agents.changed.wait { routes.agents.cancelled.isEmpty }
            }
        }
    }

    @Test("simulations in which nothing has happened for a week are ended; others are not")
    func forgotten() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person)
            routes.agents.script = { _ in .failure(Problem(.modelUnavailable)) }
            var simulations: [Simulation] = []
            for _ in 0..<3 {
                simulations.append(try await routes.send(.post, Self.path, as: person, body: wanted).decode(Simulation.self))
            }
            for simulation in simulations { try await routes.wait(for: ["simulation.paused"], in: simulation, of: person) }
            // The first is paused for long, and so is the second, but somebody has spoken in it; the third is not.
            for simulation in simulations.prefix(2) {
                try await routes.database.acrossTenants().query(
                    "UPDATE simulation.simulations SET status_since = now() - interval '8 days' WHERE id = \(simulation.id)")
            }
            let said = try await routes.send(
                .post, "\(Self.path)/\(simulations[1].id)/chat", as: person, #"{"content": "I am still here."}"#)
            #expect(said.status == 202)
            try await routes.housekeeping.tidy()
            let events = try await routes.wait(for: ["simulation.cancelled"], in: simulations[0], of: person)
            guard case .cancelled(let ended)? = events.last?.event else {
                Issue.record("\(events)")
                return
            }
            #expect(ended.summary.tasks.count == 3)
            let marked = try await routes.database.acrossTenants().query(
                "SELECT simulation_id FROM simulation.live_simulations WHERE cancel_requested")
            #expect(try marked.map { try $0.decode(SimulationID.self, at: 0) }.allSatisfy { $0 == simulations[0].id })
            for simulation in simulations.dropFirst() {
                #expect(try await routes.send(.get, "\(Self.path)/\(simulation.id)", as: person).decode(Simulation.self).status == .paused)
            }
        }
    }

    @Test("housekeeping makes the partitions of months to come, each once")
    func partitions() async throws {
        try await withSimulationRoutes { routes in
            func count() async throws -> Int {
                let rows = try await routes.database.query(
                    "SELECT count(*) FROM pg_inherits WHERE inhparent = 'simulation.simulation_events'::regclass")
                return try #require(try rows.first?.decode(Int.self, at: 0))
            }
            let before = try await count()
            try await routes.housekeeping.tidy()
            let after = try await count()
            #expect(after == before + 1, "the migration makes this month and 23 more, and housekeeping wants 24 to come")
            try await routes.housekeeping.tidy()
            #expect(try await count() == after)
        }
    }

    @Test("lists leave summaries out")
    func lists() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let wanted = try await routes.prepare(of: person)
            let simulation = try await routes.send(.post, Self.path, as: person, body: wanted).decode(Simulation.self)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            var ended = try await routes.send(.post, "\(Self.path)/\(simulation.id)/complete", as: person).decode(Simulation.self)
            #expect(ended.summary != nil)
            ended.summary = nil
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Simulation>.self).data == [ended])
        }
    }
}
