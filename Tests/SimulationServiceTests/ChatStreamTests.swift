import EventLoop
import HTTPMessage
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Speaking in a simulation, and seeing what follows", .timeLimit(.minutes(15)))
struct ChatStreamTests {
    private typealias Simulation = WireProtocol.Simulation
    private static let path = "/api/v1/simulations"
    private static let json = #"{"content": "Will it sell?"}"#

    private func begin(_ routes: SimulationRoutes, _ person: Principal.Person, until event: String) async throws -> String {
        let simulation = try await routes.send(.post, Self.path, as: person, body: try await routes.prepare(of: person)).decode(
            Simulation.self)
        try await routes.wait(for: [event], in: simulation, of: person)
        return "\(Self.path)/\(simulation.id)"
    }

    @Test("the stream ends when the crew has answered and waits again, and goes on after any event with the same bytes")
    func answered() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let target = try await begin(routes, person, until: "simulation.waiting")
            let key: HTTPFields = ["idempotency-key": "k"]
            let events = try await routes.stream(.post, target + "/chat", as: person, Self.json, fields: key)
            #expect(events.compactMap(\.event) == ["person.spoke", "turn.started", "turn.completed", "simulation.waiting"])
            #expect(events.compactMap(\.id) == ["12", "13", "14", "15"])
            // What others say later is not part of it.
            #expect(try await routes.stream(.post, target + "/chat", as: person, #"{"content": "More"}"#).count == 4)
            for cut in 0...4 {
                var fields = key
                fields.append("last-event-id", "\(11 + cut)")
                let rest = try await routes.stream(.post, target + "/chat", as: person, Self.json, fields: fields)
                #expect(rest == Array(events.dropFirst(cut)), "after \(cut)")
            }
            // Nothing was said twice.
            #expect(routes.agents.messages.count == 5)
        }
    }

    @Test("the stream ends with a pause, and with the simulation")
    func pausedAndEnded() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let target = try await begin(routes, person, until: "simulation.waiting")
            routes.agents.script = { _ in .failure(Problem(.modelUnavailable)) }
            let failing = try await routes.stream(.post, target + "/chat", as: person, Self.json)
            #expect(failing.compactMap(\.event) == ["person.spoke", "turn.started", "turn.failed", "simulation.paused"])
            let unheard = try await routes.stream(.post, target + "/chat", as: person, Self.json)
            #expect(unheard.compactMap(\.event) == ["person.spoke"], "nobody answers before it is resumed")

            routes.agents.script = { _ in .never }
            #expect(try await routes.send(.post, target + "/resume", as: person).status == 202)
            try await routes.agents.waitForMessages(5)
            let simulation = try await routes.send(.get, target, as: person).decode(Simulation.self)
            let ended = routes.loop.spawn { try await routes.stream(.post, target + "/chat", as: person, Self.json) }
            try await routes.wait(for: ["person.spoke"], in: simulation, of: person, after: simulation.lastEvent)
            #expect(try await routes.send(.post, target + "/cancel", as: person).status == 202)
            #expect(try await ended.value.compactMap(\.event) == ["person.spoke", "simulation.cancelled"])
        }
    }

    @Test("the stream ends with a pause that comes after somebody has spoken, and before they are heard")
    func pausedBeforeHeard() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            routes.agents.script = { _ in .never }
            let target = try await begin(routes, person, until: "turn.started")
            // Without a word to whoever holds the simulation, who finds it together with what is said next.
            try await routes.database.as(person).query(
                """
                WITH simulation AS (UPDATE simulation.simulations SET inputs = inputs + 1 RETURNING id, organization_id, user_id, inputs)
                INSERT INTO simulation.inputs (simulation_id, ordinal, organization_id, user_id, kind, content, created_at)
                SELECT id, inputs, organization_id, user_id, 'pause', '', now() FROM simulation
                """)
            let events = try await routes.loop.withTimeout(.seconds(120)) {
                try await routes.stream(.post, target + "/chat", as: person, Self.json)
            }
            #expect(events.last?.event == "person.spoke")
            #expect(try await routes.send(.post, target + "/cancel", as: person).status == 202)
        }
    }
}
