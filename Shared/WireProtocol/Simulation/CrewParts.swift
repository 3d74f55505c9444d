package import JSON

/// How the tasks of a crew are gone through.
package enum CrewProcess: String, WireEnum {
    /// Each task is done by its member, one after the other.
    case sequential
    /// A manager assigns each task, checks the result and may send it back.
    case hierarchical
    case unknown
}

/// Somebody of a crew: an agent in a role.
package struct CrewMember: Codable, Sendable, Hashable, WireRules {
    /// What tasks and the manager call it.
    package var name: String
    /// Whose model and settings are used.
    package var agentID: AgentID
    package var role: String
    package var goal: String
    package var backstory: String?
    /// What it may use.
    package var tools: [String]?

    package init(name: String, agentID: AgentID, role: String, goal: String, backstory: String? = nil, tools: [String]? = nil) {
        self.name = name
        self.agentID = agentID
        self.role = role
        self.goal = goal
        self.backstory = backstory
        self.tools = tools
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...100), .describe(CodingKeys.name, "What tasks call it; no two alike.", example: "researcher"),
            .describe(CodingKeys.agentID, "Whose model and settings are used."),
            .length(CodingKeys.role, 1...500), .describe(CodingKeys.role, "What it is.", example: "{topic} researcher"),
            .length(CodingKeys.goal, 1...4000), .describe(CodingKeys.goal, "What it wants.", example: "Find what is new about {topic}"),
            .length(CodingKeys.backstory, 0...8000),
            .count(CodingKeys.tools, 0...50), .elementLength(CodingKeys.tools, 1...100),
            .describe(CodingKeys.tools, "The tools that it is asked to use; its agent must have them."),
        ]
    }
}

/// Something that a crew is to do.
package struct CrewTask: Codable, Sendable, Hashable, WireRules {
    /// What other tasks call it.
    package var name: String
    package var description: String
    /// What the result is measured by.
    package var expectedOutput: String
    /// Who does it; absent: the manager says who.
    package var member: String?
    /// The tasks whose results it builds on; absent: all that were done before.
    package var context: [String]?

    package init(name: String, description: String, expectedOutput: String, member: String? = nil, context: [String]? = nil) {
        self.name = name
        self.description = description
        self.expectedOutput = expectedOutput
        self.member = member
        self.context = context
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...100), .describe(CodingKeys.name, "What other tasks call it; no two alike.", example: "research"),
            .length(CodingKeys.description, 1...16_384),
            .describe(CodingKeys.description, "What is to be done.", example: "Collect what is new about {topic}."),
            .length(CodingKeys.expectedOutput, 1...8000),
            .describe(CodingKeys.expectedOutput, "What the result is measured by.", example: "Ten bullet points"),
            .length(CodingKeys.member, 1...100),
            .describe(CodingKeys.member, "The name of the member who does it; in a hierarchical crew it may be left to the manager."),
            .count(CodingKeys.context, 0...50), .elementLength(CodingKeys.context, 1...100),
            .describe(
                CodingKeys.context, "The names of the tasks whose results it builds on; absent: all that were done before it."),
        ]
    }
}
