import EventLoop
import HTTPMessage
import Journal
import PostgresClient
import ServiceKit
import SimulationService
import Support
import Testing
import WireProtocol

@Suite("Simulations that rest", .timeLimit(.minutes(15)))
struct RestTests {
    private typealias Simulation = WireProtocol.Simulation
    private static let path = "/api/v1/simulations"

    private func isAtRest(_ simulation: Simulation, _ routes: SimulationRoutes) async throws -> Bool {
        let rows = try await routes.database.acrossTenants().query(
            "SELECT holder IS NULL AND wake_at = 'infinity' FROM simulation.live_simulations WHERE simulation_id = \(simulation.id)")
        return try rows.first?.decode(Bool.self, at: 0) ?? false
    }

    private func waitForRest(_ simulation: Simulation, _ routes: SimulationRoutes) async throws {
        try await routes.loop.eventually { try await isAtRest(simulation, routes) }
    }

    private func begin(_ routes: SimulationRoutes, _ person: Principal.Person, until event: String) async throws -> Simulation {
        let simulation = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person)).decode(
            Simulation.self)
        try await routes.wait(for: [event], in: simulation, of: person)
        return simulation
    }

    @Test("one that waits is given up; whoever speaks or completes it is heard as if it were held")
    func waiting() async throws {
        try await withSimulationRoutes(restDelay: .zero) { routes in
            let person = routes.issuer.makePerson()
            let simulation = try await begin(routes, person, until: "simulation.waiting")
            let target = "\(Self.path)/\(simulation.id)"
            for round in 1...2 {
                try await waitForRest(simulation, routes)
                #expect(try await routes.send(.get, target, as: person).decode(Simulation.self).status == .waiting)
                let events = try await routes.stream(.post, target + "/chat", as: person, #"{"content": "Again?"}"#)
                #expect(events.compactMap(\.event) == ["person.spoke", "turn.started", "turn.completed", "simulation.waiting"])
                #expect(routes.agents.messages.count == 3 + round)
            }
            try await waitForRest(simulation, routes)
            let completed = try await routes.send(.post, target + "/complete", as: person)
            #expect(try completed.status == 200 && completed.decode(Simulation.self).summary != nil)
        }
    }

    @Test("what was begun in a session that has ended is paused, and goes on in the next one of its owner", arguments: [true, false])
    func nextSession(rests: Bool) async throws {
        try await withSimulationRoutes(restDelay: rests ? .zero : .seconds(600)) { routes in
            let person = routes.issuer.makePerson()
            let simulation = try await begin(routes, person, until: "simulation.waiting")
            let target = "\(Self.path)/\(simulation.id)"
            routes.agents.endedSessions = [person.session]
            let refused = try await routes.stream(.post, target + "/chat", as: person, #"{"content": "More?"}"#)
            #expect(refused.last?.event == "simulation.paused")
            let paused = try await routes.send(.get, target, as: person).decode(Simulation.self)
            #expect(paused.status == .paused && paused.problem?.code == .delegationRefused)
            if rests { try await waitForRest(simulation, routes) }
            let next = Principal.Person(
                user: person.user, organization: person.organization, session: SessionID(routes.loop.makeID()))
            #expect(try await routes.send(.post, target + "/resume", as: next).status == 202)
            let events = try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person, after: paused.lastEvent)
            #expect(events.map(\.event.tag) == [.resumed, .turnStarted, .turnCompleted, .waiting])
        }
    }

    @Test("one that is paused rests too, and goes on where it was")
    func paused() async throws {
        try await withSimulationRoutes(restDelay: .zero) { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { _ in .failure(Problem(.modelUnavailable)) }
            let simulation = try await begin(routes, person, until: "simulation.paused")
            let target = "\(Self.path)/\(simulation.id)"
            try await waitForRest(simulation, routes)
            routes.agents.script = { _ in .reply("Done.") }
            let key: HTTPFields = ["idempotency-key": "resume"]
            let resumed = try await routes.send(.post, target + "/resume", as: person, fields: key)
            #expect(resumed.status == 202)
            try await routes.wait(for: ["simulation.waiting"], in: simulation, of: person)
            let again = try await routes.send(.post, target + "/resume", as: person, fields: key)
            #expect(again.status == 202 && again.body == resumed.body && again.fields["idempotent-replayed"] == "true")
            #expect(try await routes.send(.post, target + "/pause", as: person, fields: key).code == .idempotencyKeyReused)
            let inputs = try await routes.database.acrossTenants().query(
                "SELECT inputs FROM simulation.simulations WHERE id = \(simulation.id)")
            #expect(try inputs.first?.decode(Int.self, at: 0) == 1, "it was asked for once")
        }
    }

    @Test("one that rests is cancelled at once, also by housekeeping")
    func cancelled() async throws {
        try await withSimulationRoutes(restDelay: .zero) { routes in
            let person = routes.issuer.makePerson()
            let (asked, forgotten) = (
                try await begin(routes, person, until: "simulation.waiting"), try await begin(routes, person, until: "simulation.waiting")
            )
            for simulation in [asked, forgotten] { try await waitForRest(simulation, routes) }
            #expect(try await routes.send(.post, "\(Self.path)/\(asked.id)/cancel", as: person).status == 202)
            try await routes.wait(for: ["simulation.cancelled"], in: asked, of: person)
            try await routes.database.acrossTenants().query(
                "UPDATE simulation.simulations SET status_since = now() - interval '8 days' WHERE id = \(forgotten.id)")
            try await routes.housekeeping.tidy()
            try await routes.wait(for: ["simulation.cancelled"], in: forgotten, of: person)
        }
    }

    @Test("one that somebody is about to speak in does not rest, and is woken by what was left after")
    func aboutToSpeak() async throws {
        // It would never rest by itself here.
        try await withSimulationRoutes(restDelay: .seconds(100_000)) { routes in
            let person = routes.issuer.makePerson()
            let simulation = try await begin(routes, person, until: "simulation.waiting")
            let (everyone, journal) = (routes.database.acrossTenants(), PostgresJournal(routes.database, .simulation))
            let rows = try await everyone.query(
                "SELECT epoch, head FROM simulation.live_simulations WHERE simulation_id = \(simulation.id)")
            let (epoch, head) = try #require(rows.first).decode((Int, Int).self)
            func rest() async throws -> Bool {
                try await journal.rest(
                    simulation.id.journalID, epoch: epoch, head: head,
                    when: "SELECT FROM simulation.simulations WHERE id = \(simulation.id) AND inputs = 0 FOR NO KEY UPDATE SKIP LOCKED")
            }
            // As the version before does it, which knows of no rest. Within a transaction other tasks may use the database.
            let changed = Signal(on: routes.loop)
            var isChanged = false
            let tooEarly = routes.loop.spawn {
                try await changed.wait { !isChanged }
                return try await rest()
            }
            try await everyone.transaction { transaction in
                try await transaction.query("UPDATE simulation.simulations SET inputs = 1 WHERE id = \(simulation.id)")
                isChanged = true
                changed.notify()
                #expect(try await !tooEarly.value)
                try await transaction.query("UPDATE simulation.simulations SET inputs = 0 WHERE id = \(simulation.id)")
            }
            #expect(try await rest())
            #expect(try await isAtRest(simulation, routes))
            try await everyone.query("UPDATE simulation.simulations SET inputs = 1 WHERE id = \(simulation.id)")
            try await everyone.query(
                """
                INSERT INTO simulation.inputs (simulation_id, ordinal, organization_id, user_id, kind, content, created_at)
                VALUES (\(simulation.id), 1, \(person.organization), \(person.user), 'say', 'Hello', now())
                """)
            try await routes.wait(for: ["person.spoke"], in: simulation, of: person, after: head)
        }
    }
}
