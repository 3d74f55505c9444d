package import JSON

/// The simulation was accepted.
package struct SimulationStarted: Codable, Sendable, Hashable {
    package var simulationID: SimulationID
    package var members: [String]
    package var tasks: [String]
    package var at: Timestamp

    package init(simulationID: SimulationID, members: [String], tasks: [String], at: Timestamp) {
        self.simulationID = simulationID
        self.members = members
        self.tasks = tasks
        self.at = at
    }
}

/// Why a member speaks.
package enum TurnPurpose: String, WireEnum {
    /// To do a task.
    case work
    /// The manager says who does a task.
    case assign
    /// The manager checks a result.
    case review
    /// To answer people.
    case reply
    case unknown
}

/// It is a member's turn.
package struct TurnStarted: Codable, Sendable, Hashable, WireRules {
    /// From 1 without gaps.
    package var turn: Int
    package var member: String
    package var purpose: TurnPurpose
    package var task: String?
    package var at: Timestamp

    package init(turn: Int, member: String, purpose: TurnPurpose, task: String? = nil, at: Timestamp) {
        self.turn = turn
        self.member = member
        self.purpose = purpose
        self.task = task
        self.at = at
    }

    package static var rules: [Rule] { [.describe(CodingKeys.turn, "From 1 without gaps.")] }
}

/// A member has spoken.
package struct TurnCompleted: Codable, Sendable, Hashable, WireRules {
    package var turn: Int
    package var member: String
    package var content: String
    /// The member's conversation with its agent in this simulation.
    package var conversationID: ConversationID
    /// The run whose events show how it came to that.
    package var runID: RunID
    /// What the run used, and runs of the member before it that were given up.
    package var usage: TokenUsage?
    package var at: Timestamp

    package init(
        turn: Int, member: String, content: String, conversationID: ConversationID, runID: RunID, usage: TokenUsage? = nil, at: Timestamp
    ) {
        self.turn = turn
        self.member = member
        self.content = content
        self.conversationID = conversationID
        self.runID = runID
        self.usage = usage
        self.at = at
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.runID, "The run of the member's agent; its events show how it came to that."),
            .describe(CodingKeys.usage, "What the run used, and runs of the member before it that were given up."),
        ]
    }
}

/// A turn ended without a word.
package struct TurnFailed: Codable, Sendable, Hashable, WireRules {
    package var turn: Int
    package var member: String
    package var problem: Problem
    /// The run that failed; absent: none is known.
    package var runID: RunID?
    /// What the run had used before it failed, and runs of the member before it that were given up.
    package var usage: TokenUsage?

    package init(turn: Int, member: String, problem: Problem, runID: RunID? = nil, usage: TokenUsage? = nil) {
        self.turn = turn
        self.member = member
        self.problem = problem
        self.runID = runID
        self.usage = usage
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.runID, "The run of the member's agent that failed; absent when none is known."),
            .describe(CodingKeys.usage, "What the run had used before it failed, and runs of the member before it that were given up."),
        ]
    }
}

/// It was said who does a task.
package struct TaskAssigned: Codable, Sendable, Hashable {
    package var task: String
    package var member: String

    package init(task: String, member: String) {
        self.task = task
        self.member = member
    }
}

/// The manager sent a result back.
package struct TaskReturned: Codable, Sendable, Hashable, WireRules {
    package var task: String
    package var member: String
    /// How often this result was sent back by now.
    package var revision: Int
    package var feedback: String

    package init(task: String, member: String, revision: Int, feedback: String) {
        self.task = task
        self.member = member
        self.revision = revision
        self.feedback = feedback
    }

    package static var rules: [Rule] { [.describe(CodingKeys.revision, "How often the result was sent back by now.")] }
}

/// A task is over.
package struct TaskCompleted: Codable, Sendable, Hashable, WireRules {
    package var task: String
    package var member: String
    package var outcome: TaskOutcome
    /// What the manager still missed.
    package var feedback: String?

    package init(task: String, member: String, outcome: TaskOutcome, feedback: String? = nil) {
        self.task = task
        self.member = member
        self.outcome = outcome
        self.feedback = feedback
    }

    package static var rules: [Rule] { [.describe(CodingKeys.feedback, "What the manager still missed.")] }
}

/// A person has spoken.
package struct PersonSpoke: Codable, Sendable, Hashable, WireRules {
    /// Its place among what people have said and asked for.
    package var ordinal: Int
    package var userID: UserID
    package var content: String
    package var at: Timestamp

    package init(ordinal: Int, userID: UserID, content: String, at: Timestamp) {
        self.ordinal = ordinal
        self.userID = userID
        self.content = content
        self.at = at
    }

    package static var rules: [Rule] { [.describe(CodingKeys.ordinal, "Its place among what people have said and asked for.")] }
}

/// No turn begins until a person resumes it.
package struct SimulationPaused: Codable, Sendable, Hashable, WireRules {
    /// The request's place among what people have said and asked for; absent: nobody asked for it.
    package var ordinal: Int?
    /// Why, when nobody asked for it.
    package var problem: Problem?

    package init(ordinal: Int? = nil, problem: Problem? = nil) {
        self.ordinal = ordinal
        self.problem = problem
    }

    package static var rules: [Rule] { [.describe(CodingKeys.problem, "Why, when nobody asked for it.")] }
}

/// Turns begin again.
package struct SimulationResumed: Codable, Sendable, Hashable {
    package var ordinal: Int

    package init(ordinal: Int) { self.ordinal = ordinal }
}

/// The simulation has ended as wanted.
package struct SimulationEnded: Codable, Sendable, Hashable {
    package var summary: SimulationSummary
    package var at: Timestamp

    package init(summary: SimulationSummary, at: Timestamp) {
        self.summary = summary
        self.at = at
    }
}

/// The simulation cannot go on.
package struct SimulationFailed: Codable, Sendable, Hashable {
    package var problem: Problem
    package var summary: SimulationSummary
    package var at: Timestamp

    package init(problem: Problem, summary: SimulationSummary, at: Timestamp) {
        self.problem = problem
        self.summary = summary
        self.at = at
    }
}
