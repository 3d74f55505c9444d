import HTTPMessage
import ScriptedModel
import Testing
import WireProtocol

@Suite("Many who wait at a time", .timeLimit(.minutes(15)))
struct WaitingTests {
    @Test("seventy-two members whose model is silent keep nobody else from anything")
    func members() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(ScriptedAnswer([.wait("gate"), .delta("Done.")]))])
            for number in 0..<4 {
                let person = try await Person.register(system, email: "\(number)@example.com")
                let agent = try await person.post("/api/v1/agents", CreateAgent(name: "Writer", instructions: "", mode: .chat)).decode(
                    Agent.self)
                for _ in 0..<18 { _ = try await person.beginRehearsal(of: agent) }
            }
            try await system.model.waitForRequests(72)

            let ada = try await Person.register(system)
            let agent = try await ada.post("/api/v1/agents", CreateAgent(name: "Writer", instructions: "", mode: .chat)).decode(Agent.self)
            let simulation = try await ada.beginRehearsal(of: agent)
            try await system.model.waitForRequests(73)
            system.model.open("gate")
            let events = try await ada.events("/api/v1/simulations/\(simulation.id)/events")
            var names: [String] = []
            while names.last != "simulation.waiting", let event = try await events.next() { names.append(event.event ?? "") }
            #expect(names.last == "simulation.waiting" && !names.contains("turn.failed"))
        }
    }
}
