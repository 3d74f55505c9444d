package import JSON

/// A crew as CrewAI describes it: the texts of `agents.yaml` and `tasks.yaml`.
package struct ImportCrew: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var description: String?
    package var agentsYAML: String
    package var tasksYAML: String
    /// Who is behind each member; the keys are those of `agents.yaml`.
    package var agentIDs: [String: AgentID]?
    /// Who is behind the members that `agent_ids` does not name.
    package var agentID: AgentID?
    package var process: CrewProcess?
    package var manager: String?
    package var maxRevisions: Int?
    package var inputs: Inputs?
    package var sharing: Sharing?

    package init(
        name: String, description: String? = nil, agentsYAML: String, tasksYAML: String, agentIDs: [String: AgentID]? = nil,
        agentID: AgentID? = nil, process: CrewProcess? = nil, manager: String? = nil, maxRevisions: Int? = nil, inputs: Inputs? = nil,
        sharing: Sharing? = nil
    ) {
        self.name = name
        self.description = description
        self.agentsYAML = agentsYAML
        self.tasksYAML = tasksYAML
        self.agentIDs = agentIDs
        self.agentID = agentID
        self.process = process
        self.manager = manager
        self.maxRevisions = maxRevisions
        self.inputs = inputs
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .length(CodingKeys.description, 0...2000),
            .length(CodingKeys.agentsYAML, 0...262_144), .describe(CodingKeys.agentsYAML, "The text of CrewAI's `agents.yaml`."),
            .length(CodingKeys.tasksYAML, 0...262_144), .describe(CodingKeys.tasksYAML, "The text of CrewAI's `tasks.yaml`."),
            .members(CodingKeys.agentIDs, 0...20),
            .describe(CodingKeys.agentIDs, "Whose model and settings each member uses, by its key in `agents.yaml`."),
            .describe(CodingKeys.agentID, "Whose model and settings the other members use."),
            .defaultValue(CodingKeys.process, "sequential"),
            .length(CodingKeys.manager, 1...100), .range(CodingKeys.maxRevisions, 0...10), .defaultValue(CodingKeys.maxRevisions, 2),
            .members(CodingKeys.inputs, 0...50),
            .describe(CodingKeys.inputs, "Values for the placeholders `{name}`; a scenario's go before them."),
            .defaultValue(CodingKeys.sharing, "private"),
        ]
    }
}

/// A crew that was imported, and what of its files has no counterpart here.
package struct ImportedCrew: Codable, Sendable, Hashable, WireRules {
    package var crew: Crew
    package var notes: [ImportNote]

    package init(crew: Crew, notes: [ImportNote]) {
        self.crew = crew
        self.notes = notes
    }

    package static var rules: [Rule] { [.describe(CodingKeys.notes, "What of the files has no counterpart here and was left out.")] }
}

/// Something of an imported file that was left out.
package struct ImportNote: Codable, Sendable, Hashable, WireRules {
    package var file: String
    package var line: Int
    /// Like `researcher.llm`.
    package var key: String
    package var detail: String

    package init(file: String, line: Int, key: String, detail: String) {
        self.file = file
        self.line = line
        self.key = key
        self.detail = detail
    }

    package static var rules: [Rule] { [.describe(CodingKeys.key, "The path of keys.", example: "researcher.llm")] }
}
