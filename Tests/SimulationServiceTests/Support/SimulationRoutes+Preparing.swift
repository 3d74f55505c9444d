import HTTPMessage
import ServiceKit
import Support
import Testing
import WireProtocol

extension SimulationRoutes {
    /// A scenario and a crew of two with three tasks.
    func prepare(
        of person: Principal.Person, process: CrewProcess = .sequential, sharing: Sharing = .private
    ) async throws -> CreateSimulation {
        let scenario = try await send(
            .post, "/api/v1/scenarios", as: person,
            body: CreateScenario(name: "Launch", setting: "We launch {product}.", inputs: ["product": "a kettle"], sharing: sharing)
        ).decode(Scenario.self)
        func task(_ name: String, _ member: String?) -> CrewTask {
            CrewTask(name: name, description: "Do \(name) for {product}", expectedOutput: "A good \(name)", member: member)
        }
        let crew = try await send(
            .post, "/api/v1/crews", as: person,
            body: CreateCrew(
                name: "Team", process: process, manager: process == .hierarchical ? "carl" : nil,
                members: ["anna", "bert"].map {
                    CrewMember(name: $0, agentID: agents.make(for: person), role: "{role}", goal: "Good")
                }
                    + (process == .hierarchical
                        ? [CrewMember(name: "carl", agentID: agents.make(for: person), role: "Manager", goal: "Good")] : []),
                tasks: [task("facts", "anna"), task("plan", "bert"), task("report", process == .hierarchical ? nil : "anna")],
                inputs: ["product": "nothing", "role": "Expert"], sharing: sharing)
        ).decode(Crew.self)
        return CreateSimulation(scenarioID: scenario.id, crewID: crew.id, seed: 1, sharing: sharing)
    }
}
