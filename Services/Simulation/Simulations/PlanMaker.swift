internal import WireProtocol

/// Makes the plan of a simulation of a scenario and those who take part: fills placeholders, the scenario's values before the crew's.
struct PlanMaker {
    private let scenario: Scenario
    private let inputs: Inputs
    private var errors: [FieldError] = []

    private static let longestSetting = 32_768
    private static let longestText = 16_384

    private init(_ scenario: Scenario, inputs: Inputs) {
        self.scenario = scenario
        self.inputs = inputs.merging(scenario.inputs) { _, scenario in scenario }
    }

    /// With a crew. A problem 422 names placeholders without a value, and texts that have become too long.
    static func plan(_ scenario: Scenario, with crew: Crew, seed: Int) throws -> SimulationPlan {
        var maker = PlanMaker(scenario, inputs: crew.inputs)
        let members = crew.members.map { member in
            var member = member
            member.role = maker.fill(member.role, of: "/crew_id")
            member.goal = maker.fill(member.goal, of: "/crew_id")
            member.backstory = member.backstory.map { maker.fill($0, of: "/crew_id") }
            return member
        }
        let tasks = crew.tasks.map { task in
            var task = task
            task.description = maker.fill(task.description, of: "/crew_id")
            task.expectedOutput = maker.fill(task.expectedOutput, of: "/crew_id")
            return task
        }
        let setting = maker.setting()
        try maker.demandNoErrors()
        return SimulationPlan(
            scenario: scenario.name, setting: setting, members: members, tasks: tasks, process: crew.process, manager: crew.manager,
            maxRevisions: crew.maxRevisions, seed: seed)
    }

    /// With agents as they are.
    static func plan(_ scenario: Scenario, with agents: [AgentSketch], seed: Int) throws -> SimulationPlan {
        var maker = PlanMaker(scenario, inputs: [:])
        let setting = maker.setting()
        try maker.demandNoErrors()
        var names: Set<String> = []
        let members = agents.map { agent in
            var name = agent.name
            var number = 1
            while !names.insert(name).inserted {
                number += 1
                name = "\(agent.name) \(number)"
            }
            return CrewMember(name: name, agentID: agent.id, role: agent.name, goal: agent.description ?? "")
        }
        return SimulationPlan(scenario: scenario.name, setting: setting, members: members, seed: seed)
    }

    private mutating func setting() -> String { fill(scenario.setting, of: "/scenario_id", atMost: Self.longestSetting) }

    private mutating func fill(_ text: String, of pointer: String, atMost length: Int = longestText) -> String {
        var missing: [String] = []
        guard let filled = Placeholders.fill(text, from: inputs, atMost: length * 4, missing: { missing.append($0) }),
            filled.unicodeScalars.count <= length
        else {
            note(pointer, "has a text that is longer than \(length) characters with its values")
            return ""
        }
        for name in missing { note(pointer, "needs a value for {\(name)}, and neither the scenario nor the crew has one") }
        return filled
    }

    private mutating func note(_ pointer: String, _ detail: String) {
        let error = FieldError(pointer: pointer, detail: detail)
        if !errors.contains(error) { errors.append(error) }
    }

    private func demandNoErrors() throws {
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
    }
}
