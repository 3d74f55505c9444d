package import JSON

/// A new crew.
package struct CreateCrew: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var description: String?
    package var process: CrewProcess
    /// The member who manages a hierarchical crew.
    package var manager: String?
    package var members: [CrewMember]
    package var tasks: [CrewTask]
    /// How often the manager may send a result back.
    package var maxRevisions: Int?
    package var inputs: Inputs?
    package var sharing: Sharing?

    package init(
        name: String, description: String? = nil, process: CrewProcess, manager: String? = nil, members: [CrewMember], tasks: [CrewTask],
        maxRevisions: Int? = nil, inputs: Inputs? = nil, sharing: Sharing? = nil
    ) {
        self.name = name
        self.description = description
        self.process = process
        self.manager = manager
        self.members = members
        self.tasks = tasks
        self.maxRevisions = maxRevisions
        self.inputs = inputs
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .describe(CodingKeys.name, "What people see.", example: "Newsroom"),
            .length(CodingKeys.description, 0...2000),
            .describe(
                CodingKeys.process, "`hierarchical`: a manager assigns each task, checks the result and may send it back.",
                example: "sequential"),
            .length(CodingKeys.manager, 1...100),
            .describe(CodingKeys.manager, "The name of the member who manages; only of a hierarchical crew, and needed there."),
            .count(CodingKeys.members, 1...20), .count(CodingKeys.tasks, 1...50),
            .range(CodingKeys.maxRevisions, 0...10), .defaultValue(CodingKeys.maxRevisions, 2),
            .describe(CodingKeys.maxRevisions, "How often the manager may send a result back."),
            .members(CodingKeys.inputs, 0...50),
            .describe(CodingKeys.inputs, "Values for the placeholders `{name}` of the texts; a scenario's go before them."),
            .defaultValue(CodingKeys.sharing, "private"),
        ]
    }
}

/// A change of a crew (merge patch). Members and tasks are replaced as wholes.
package struct UpdateCrew: Codable, Sendable, Equatable, WireRules {
    package var name: String?
    package var description: Patch<String>
    package var process: CrewProcess?
    package var manager: Patch<String>
    package var members: [CrewMember]?
    package var tasks: [CrewTask]?
    package var maxRevisions: Int?
    /// Those that change; a value that is null is removed.
    package var inputs: [String: Patch<String>]?
    package var sharing: Sharing?

    package init(
        name: String? = nil, description: Patch<String> = .absent, process: CrewProcess? = nil, manager: Patch<String> = .absent,
        members: [CrewMember]? = nil, tasks: [CrewTask]? = nil, maxRevisions: Int? = nil, inputs: [String: Patch<String>]? = nil,
        sharing: Sharing? = nil
    ) {
        self.name = name
        self.description = description
        self.process = process
        self.manager = manager
        self.members = members
        self.tasks = tasks
        self.maxRevisions = maxRevisions
        self.inputs = inputs
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .length(CodingKeys.description, 0...2000), .length(CodingKeys.manager, 1...100),
            .count(CodingKeys.members, 1...20), .count(CodingKeys.tasks, 1...50), .range(CodingKeys.maxRevisions, 0...10),
            .members(CodingKeys.inputs, 0...50), .describe(CodingKeys.inputs, "Those that change; null removes one."),
        ]
    }
}

/// Agents that act together.
package struct Crew: Codable, Sendable, Hashable, WireRules {
    package var id: CrewID
    package var ownerID: UserID
    package var name: String
    package var description: String?
    package var process: CrewProcess
    package var manager: String?
    package var members: [CrewMember]
    package var tasks: [CrewTask]
    package var maxRevisions: Int
    package var inputs: Inputs
    package var sharing: Sharing
    /// Grows with each change; the entity tag is made of it.
    package var version: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: CrewID, ownerID: UserID, name: String, description: String? = nil, process: CrewProcess, manager: String? = nil,
        members: [CrewMember], tasks: [CrewTask], maxRevisions: Int, inputs: Inputs, sharing: Sharing, version: Int,
        createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.process = process
        self.manager = manager
        self.members = members
        self.tasks = tasks
        self.maxRevisions = maxRevisions
        self.inputs = inputs
        self.sharing = sharing
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package static var rules: [Rule] {
        [.describe(CodingKeys.version, "Grows with each change; `ETag` is this number in quotes.", example: 1)]
    }
}

/// Which crews.
package struct CrewQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// True: only the caller's own; false: only what others share.
    package var mine: Bool?
    /// Only those with this agent.
    package var agentID: AgentID?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package static var rules: [Rule] {
        PageQuery.rules + [
            .describe(CodingKeys.mine, SharedThingsQuery.mineMeaning), .describe(CodingKeys.agentID, "Only those with this agent."),
        ]
    }
}
