package import JSON

/// What became of a task.
package enum TaskOutcome: String, WireEnum {
    /// It was done; in a sequential crew nobody checks.
    case completed
    /// The manager found the result as expected.
    case accepted
    /// The result was sent back as often as may be, and still was not as expected.
    case notAccepted = "not_accepted"
    /// The simulation ended before.
    case unfinished
    case unknown
}

/// What came of a simulation.
package struct SimulationSummary: Codable, Sendable, Hashable, WireRules {
    package var tasks: [TaskSummary]
    /// Who said what, in order; the latest, when there is much.
    package var statements: [Statement]
    /// What is left to be asked or done.
    package var openQuestions: [String]
    /// How often a member spoke.
    package var turns: Int
    /// What the models of all turns used, as far as their providers said.
    package var usage: TokenUsage
    /// From the beginning to the end.
    package var durationMs: Int

    package init(
        tasks: [TaskSummary], statements: [Statement], openQuestions: [String], turns: Int, usage: TokenUsage, durationMs: Int
    ) {
        self.tasks = tasks
        self.statements = statements
        self.openQuestions = openQuestions
        self.turns = turns
        self.usage = usage
        self.durationMs = durationMs
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.statements, "Who said what, in order; the latest 200, when there are more."),
            .describe(CodingKeys.openQuestions, "What is left to be asked or done."),
            .describe(
                CodingKeys.usage,
                "What the models of all turns used and cost, those that failed too, as far as their providers said. Without a run that the end "
                    + "stopped, and those of which nothing could be heard."),
        ]
    }
}

/// What came of a task.
package struct TaskSummary: Codable, Sendable, Hashable, WireRules {
    package var name: String
    /// Who did it last; absent: nobody began.
    package var member: String?
    package var outcome: TaskOutcome
    /// How often the result was sent back.
    package var revisions: Int
    package var output: String?

    package init(name: String, member: String? = nil, outcome: TaskOutcome, revisions: Int, output: String? = nil) {
        self.name = name
        self.member = member
        self.outcome = outcome
        self.revisions = revisions
        self.output = output
    }

    package static var rules: [Rule] { [.describe(CodingKeys.revisions, "How often the result was sent back.")] }
}

/// Something that was said; long texts are cut.
package struct Statement: Codable, Sendable, Hashable, WireRules {
    /// The number of the event with the whole text.
    package var event: Int
    /// The member who spoke; absent: a person.
    package var member: String?
    package var userID: UserID?
    /// The task that it was about.
    package var task: String?
    package var text: String

    package init(event: Int, member: String? = nil, userID: UserID? = nil, task: String? = nil, text: String) {
        self.event = event
        self.member = member
        self.userID = userID
        self.task = task
        self.text = text
    }

    package static var rules: [Rule] { [.describe(CodingKeys.event, "The number of the event with the whole text.")] }
}
