package import JSON

/// How far a simulation is.
package enum SimulationStatus: String, WireEnum {
    /// Somebody is at work.
    case running
    /// The turn that is open waits for the owner to agree to a call of a tool.
    case awaitingApproval = "awaiting_approval"
    /// All is done and said: it waits for a person to speak, or to complete it.
    case waiting
    /// No turn begins until a person resumes it.
    case paused
    case completed, failed, cancelled, unknown

    /// Whether nothing more happens.
    package var isFinal: Bool { self == .completed || self == .failed || self == .cancelled }
}

/// A new simulation: a scenario with a crew, or with agents as they are.
package struct CreateSimulation: Codable, Sendable, Hashable, WireRules {
    package var scenarioID: ScenarioID
    package var crewID: CrewID?
    /// Instead of a crew: agents who answer in turn.
    package var agentIDs: [AgentID]?
    /// Decides what is left to chance: in which order members answer people.
    package var seed: Int?
    package var title: String?
    package var sharing: Sharing?

    package init(
        scenarioID: ScenarioID, crewID: CrewID? = nil, agentIDs: [AgentID]? = nil, seed: Int? = nil, title: String? = nil,
        sharing: Sharing? = nil
    ) {
        self.scenarioID = scenarioID
        self.crewID = crewID
        self.agentIDs = agentIDs
        self.seed = seed
        self.title = title
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.crewID, "Who takes part; either this or `agent_ids`."),
            .count(CodingKeys.agentIDs, 1...20),
            .describe(CodingKeys.agentIDs, "Instead of a crew: agents as they are, who answer in turn."),
            .range(CodingKeys.seed, 0...9_007_199_254_740_991),
            .describe(CodingKeys.seed, "Decides what is left to chance: in which order members answer people. Absent: drawn."),
            .length(CodingKeys.title, 0...200),
            .defaultValue(CodingKeys.sharing, "private"),
            .describe(CodingKeys.sharing, "`organization`: others may follow it and speak."),
        ]
    }
}

/// A change of a simulation (merge patch).
package struct UpdateSimulation: Codable, Sendable, Equatable, WireRules {
    package var title: Patch<String>
    package var sharing: Sharing?

    package static var rules: [Rule] { [.length(CodingKeys.title, 0...200)] }
}

/// A rehearsal of a scenario.
package struct Simulation: Codable, Sendable, Hashable, WireRules {
    package var id: SimulationID
    package var ownerID: UserID
    package var scenarioID: ScenarioID
    package var crewID: CrewID?
    package var agentIDs: [AgentID]
    package var seed: Int
    package var title: String?
    package var sharing: Sharing
    package var status: SimulationStatus
    /// Why it failed, or why it was paused when nobody asked for it.
    package var problem: Problem?
    /// What came of it, once it has ended. It may be long, so lists leave it out.
    package var summary: SimulationSummary?
    /// The number of its latest event.
    package var lastEvent: Int
    /// Grows with each change of title and sharing; the entity tag is made of it.
    package var version: Int
    package var createdAt: Timestamp
    package var finishedAt: Timestamp?

    package init(
        id: SimulationID, ownerID: UserID, scenarioID: ScenarioID, crewID: CrewID? = nil, agentIDs: [AgentID], seed: Int,
        title: String? = nil, sharing: Sharing, status: SimulationStatus, problem: Problem? = nil, summary: SimulationSummary? = nil,
        lastEvent: Int, version: Int, createdAt: Timestamp, finishedAt: Timestamp? = nil
    ) {
        self.id = id
        self.ownerID = ownerID
        self.scenarioID = scenarioID
        self.crewID = crewID
        self.agentIDs = agentIDs
        self.seed = seed
        self.title = title
        self.sharing = sharing
        self.status = status
        self.problem = problem
        self.summary = summary
        self.lastEvent = lastEvent
        self.version = version
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.problem, "Why it failed, or why it was paused when nobody asked for it."),
            .describe(CodingKeys.summary, "What came of it, once it has ended. It may be long, so lists leave it out."),
            .describe(CodingKeys.lastEvent, "The number of its latest event."),
            .describe(
                CodingKeys.version,
                "Grows with each change of title and sharing, and with nothing else; `ETag` is this number in quotes: what `If-Match` compares.",
                example: 1),
        ]
    }
}

/// Which simulations.
package struct SimulationQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// True: only the caller's own; false: only what others share.
    package var mine: Bool?
    package var status: SimulationStatus?
    package var scenarioID: ScenarioID?
    package var crewID: CrewID?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package static var rules: [Rule] { PageQuery.rules + [.describe(CodingKeys.mine, SharedThingsQuery.mineMeaning)] }
}

/// Something that a person says in a simulation.
package struct SimulationChat: Codable, Sendable, Hashable, WireRules {
    package var content: String

    package init(content: String) { self.content = content }

    package static var rules: [Rule] {
        [.length(CodingKeys.content, 1...20_000), .describe(CodingKeys.content, "The text.", example: "And what if it rains?")]
    }
}

/// What was said is kept, and will be heard.
package struct ChatReceipt: Codable, Sendable, Hashable, WireRules {
    package var simulationID: SimulationID
    /// Its place among what people have said and asked for in this simulation.
    package var ordinal: Int
    /// Read the events after this number to see what comes of it.
    package var after: Int

    package init(simulationID: SimulationID, ordinal: Int, after: Int) {
        self.simulationID = simulationID
        self.ordinal = ordinal
        self.after = after
    }

    package static var rules: [Rule] {
        [.describe(CodingKeys.after, "Read the events after this number to see what comes of it.")]
    }
}

/// From where to read the events of a simulation.
package struct SimulationEventQuery: Codable, Sendable, Hashable, WireRules {
    /// Only events with a greater number; `Last-Event-ID` goes before it.
    package var after: Int?
    /// Of a list: at most this many.
    package var limit: Int?

    package static var rules: [Rule] { RunEventQuery.rules }
}

/// Events of a simulation as a list.
package struct SimulationEventList: Codable, Sendable, Equatable {
    package var data: [NumberedSimulationEvent]
    /// Whether more have happened already.
    package var hasMore: Bool

    package init(data: [NumberedSimulationEvent], hasMore: Bool) {
        self.data = data
        self.hasMore = hasMore
    }
}

/// An event with its number.
package struct NumberedSimulationEvent: Codable, Sendable, Equatable, WireRules {
    /// `id:` of the event in a stream.
    package var sequence: Int
    package var event: SimulationEvent

    package init(sequence: Int, event: SimulationEvent) {
        self.sequence = sequence
        self.event = event
    }

    package static var rules: [Rule] { [.describe(CodingKeys.sequence, "The event's `id` in a stream.")] }
}
