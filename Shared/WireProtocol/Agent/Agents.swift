package import JSON

/// How an agent works.
package enum AgentMode: String, WireEnum {
    /// It writes code, which a sandbox executes, and may call the tools that it is given.
    case codeact
    /// It talks, and may call the tools that it is given.
    case chat
    case unknown
}

/// Which model, of which provider.
package struct ModelChoice: Codable, Sendable, Hashable, WireRules {
    /// A provider that is configured, like `openai` or `local`.
    package var provider: String
    /// The model's name at the provider.
    package var name: String

    package init(provider: String, name: String) {
        self.provider = provider
        self.name = name
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.provider, 1...100), .describe(CodingKeys.provider, "A configured provider.", example: "local"),
            .length(CodingKeys.name, 1...200),
            .describe(CodingKeys.name, "The model's name at the provider.", example: "qwen2.5-coder-1.5b"),
        ]
    }
}

/// A change of the choice of a model (merge patch).
package struct UpdateModelChoice: Codable, Sendable, Hashable, WireRules {
    package var provider: String?
    package var name: String?

    package init(provider: String? = nil, name: String? = nil) {
        self.provider = provider
        self.name = name
    }

    package static var rules: [Rule] { ModelChoice.rules }
}

/// A new agent.
package struct CreateAgent: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var description: String?
    /// What the model is told first.
    package var instructions: String
    package var mode: AgentMode
    /// Absent: the installation's own.
    package var model: ModelChoice?
    package var temperature: Double?
    /// How many times the model may be called in one run.
    package var maxSteps: Int?
    /// The names of the tools that it may call; absent: none.
    package var tools: [String]?
    package var sharing: Sharing?

    package init(
        name: String, description: String? = nil, instructions: String, mode: AgentMode, model: ModelChoice? = nil,
        temperature: Double? = nil, maxSteps: Int? = nil, tools: [String]? = nil, sharing: Sharing? = nil
    ) {
        self.name = name
        self.description = description
        self.instructions = instructions
        self.mode = mode
        self.model = model
        self.temperature = temperature
        self.maxSteps = maxSteps
        self.tools = tools
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .describe(CodingKeys.name, "What people see.", example: "Analyst"),
            .length(CodingKeys.description, 0...2000),
            .length(CodingKeys.instructions, 0...32_768),
            .describe(CodingKeys.instructions, "What the model is told first.", example: "You compute with Python and explain the result."),
            .describe(
                CodingKeys.mode, "`codeact` writes code, which a sandbox executes; `chat` talks. Both may call tools.", example: "codeact"),
            .describe(CodingKeys.model, "Absent: the installation's default model."),
            .range(CodingKeys.temperature, 0.0...2.0),
            .range(CodingKeys.maxSteps, 1...100), .defaultValue(CodingKeys.maxSteps, 20),
            .describe(CodingKeys.maxSteps, "How many times the model may be called in one run."),
            .count(CodingKeys.tools, 0...32), .elementLength(CodingKeys.tools, 1...64),
            .describe(
                CodingKeys.tools,
                "The names of tools that it may call, of those that `GET /api/v1/tools` lists and that need no sandbox."),
            .defaultValue(CodingKeys.sharing, "private"),
            .describe(
                CodingKeys.sharing,
                "`organization`: others of my organisation may read it and converse with it, each for themselves; only I change it."),
        ]
    }
}

/// A change of an agent (merge patch).
package struct UpdateAgent: Codable, Sendable, Equatable, WireRules {
    package var name: String?
    package var description: Patch<String>
    package var instructions: String?
    package var mode: AgentMode?
    package var model: Patch<UpdateModelChoice>
    package var temperature: Patch<Double>
    package var maxSteps: Int?
    /// All of them; absent: as before.
    package var tools: [String]?
    package var sharing: Sharing?

    package init(
        name: String? = nil, description: Patch<String> = .absent, instructions: String? = nil, mode: AgentMode? = nil,
        model: Patch<UpdateModelChoice> = .absent, temperature: Patch<Double> = .absent, maxSteps: Int? = nil, tools: [String]? = nil,
        sharing: Sharing? = nil
    ) {
        self.name = name
        self.description = description
        self.instructions = instructions
        self.mode = mode
        self.model = model
        self.temperature = temperature
        self.maxSteps = maxSteps
        self.tools = tools
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .length(CodingKeys.description, 0...2000), .length(CodingKeys.instructions, 0...32_768),
            .range(CodingKeys.temperature, 0.0...2.0), .range(CodingKeys.maxSteps, 1...100),
            .count(CodingKeys.tools, 0...32), .elementLength(CodingKeys.tools, 1...64),
            .describe(CodingKeys.tools, "All that it may call from now on. Those that it has may be gone; what is new must be there."),
        ]
    }
}

/// An agent.
package struct Agent: Codable, Sendable, Hashable, WireRules {
    package var id: AgentID
    package var ownerID: UserID
    package var name: String
    package var description: String?
    package var instructions: String
    package var mode: AgentMode
    /// Absent: the installation's own.
    package var model: ModelChoice?
    package var temperature: Double?
    package var maxSteps: Int
    /// The names of the tools that it may call.
    package var tools: [String]
    package var sharing: Sharing
    /// Grows with each change; the entity tag is made of it.
    package var version: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: AgentID, ownerID: UserID, name: String, description: String? = nil, instructions: String, mode: AgentMode,
        model: ModelChoice? = nil,
        temperature: Double? = nil, maxSteps: Int, tools: [String] = [], sharing: Sharing, version: Int, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.instructions = instructions
        self.mode = mode
        self.model = model
        self.temperature = temperature
        self.maxSteps = maxSteps
        self.tools = tools
        self.sharing = sharing
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.tools, "The names of the tools that it may call."),
            .describe(CodingKeys.version, "Grows with each change; `ETag` is this number in quotes.", example: 1),
        ]
    }
}

/// Which agents.
package struct AgentQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// Only these; absent: all.
    package var id: [AgentID]?
    /// True: only the caller's own; false: only what others share.
    package var mine: Bool?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package init(id: [AgentID]? = nil, mine: Bool? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.id = id
        self.mine = mine
        self.limit = limit
        self.cursor = cursor
    }

    package static var rules: [Rule] {
        PageQuery.rules + [
            .count(CodingKeys.id, 1...100), .describe(CodingKeys.id, "Only these, each given once; absent: all."),
            .describe(CodingKeys.mine, SharedThingsQuery.mineMeaning),
        ]
    }
}
