import Testing
import WireProtocol

extension Person {
    /// Begins a simulation of a crew whose only member does two tasks.
    func beginRehearsal(of agent: Agent) async throws -> WireProtocol.Simulation {
        let crew = try await post(
            "/api/v1/crews",
            CreateCrew(
                name: "Team", process: .sequential, members: [CrewMember(name: "anna", agentID: agent.id, role: "Expert", goal: "Quality")],
                tasks: ["first", "second"].map { CrewTask(name: $0, description: "Do it", expectedOutput: "It", member: "anna") })
        ).decode(Crew.self)
        let scenario = try await post("/api/v1/scenarios", CreateScenario(name: "Launch", setting: "A launch.")).decode(Scenario.self)
        return try await post("/api/v1/simulations", CreateSimulation(scenarioID: scenario.id, crewID: crew.id)).decode()
    }
}
