internal import WireProtocol

/// What a member is told at its turn: who it is, where it is, and what is wanted now. It follows from the events before the turn, so that it is the
/// same whoever asks again: while a turn is open only people speak, and what they say then is left out.
struct TurnPrompt {
    private let state: SimulationState
    private let turn: OpenTurn

    /// - Parameter state: In which the turn is open.
    init(_ state: SimulationState, _ turn: OpenTurn) {
        self.state = state
        self.turn = turn
    }

    private var member: CrewMember { turn.member }

    /// As much as a conversation takes, and no more.
    private static let longest = 99_000
    private static let longestContext = 24_000
    private static let mostStatements = 30

    var text: String {
        var parts = [persona, "The situation:\n" + state.plan.setting]
        switch (turn.purpose, turn.task) {
        case (.work, let task?): parts += work(task)
        case (.assign, let task?): parts += assignment(task)
        case (.review, let task?): parts += review(task)
        default: parts += reply
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n").cut(to: Self.longest, resumesAtLine: true)
    }

    private var persona: String {
        // An agent that takes part as it is has its own instructions.
        guard state.plan.process != nil else { return "" }
        var lines = ["You are \(member.name), \(member.role).", "Your goal: \(member.goal)"]
        if let backstory = member.backstory, !backstory.isEmpty { lines.append(backstory) }
        if let tools = member.tools, !tools.isEmpty { lines.append("Use these tools where they help: \(tools.joined(separator: ", ")).") }
        return lines.joined(separator: "\n")
    }

    // MARK: Tasks

    private func work(_ task: Int) -> [String] {
        let wanted = state.plan.tasks[task]
        var parts = [
            "Your task “\(wanted.name)”:\n" + wanted.description, "Expected output:\n" + wanted.expectedOutput, context(of: wanted),
        ]
        parts.append(news)
        if let feedback = state.tasks[task].feedback {
            parts.append("Your last result was sent back\(Self.quoted):\n" + quote(feedback.cut(to: 4000)) + "\nDo it better.")
        }
        return parts + ["Reply with the result and nothing else."]
    }

    /// The results that a task builds on: those that it names, or all that there are.
    private func context(of task: CrewTask) -> String {
        let places = state.order.filter { place in
            let other = state.plan.tasks[place]
            return state.tasks[place].outcome != nil && (task.context.map { $0.contains(other.name) } ?? true)
        }
        if places.isEmpty { return "" }
        let results = places.map { place in
            let progress = state.tasks[place]
            let doubt = progress.outcome == .notAccepted ? ", not accepted" : ""
            return "“\(state.plan.tasks[place].name)” (by \(progress.member ?? "nobody")\(doubt)):\n"
                + quote((progress.output ?? "").cut(to: Self.longestContext / places.count))
        }
        return "Results to build on\(Self.quoted):\n\n" + results.joined(separator: "\n\n")
    }

    private func assignment(_ task: Int) -> [String] {
        let wanted = state.plan.tasks[task]
        let members = state.plan.workers.map { "- \($0.name): \($0.role). \($0.goal.cut(to: 300))" }
        return [
            "Who is to do the task “\(wanted.name)”?\n" + wanted.description, "Expected output:\n" + wanted.expectedOutput,
            "The members of your crew:\n" + members.joined(separator: "\n"), "Reply with the name of one member and nothing else.",
        ]
    }

    private func review(_ task: Int) -> [String] {
        let wanted = state.plan.tasks[task]
        return [
            "Check the result of the task “\(wanted.name)”:\n" + wanted.description, "Expected output:\n" + wanted.expectedOutput,
            "The result of \(state.tasks[task].member ?? "nobody")\(Self.quoted):\n"
                + quote((state.tasks[task].output ?? "").cut(to: Self.longestContext)),
            "Reply with a line that says ACCEPT and nothing else when the result is as expected. "
                + "Otherwise reply REVISE: and say what is to be done better.",
        ]
    }

    // MARK: People

    private var reply: [String] {
        [news, "Answer the people who take part."]
    }

    /// What was said since the member last spoke.
    private var news: String {
        let statements = state.transcript.prefix(turn.said).dropFirst(turn.heard ?? 0).filter { statement in
            // Results come as such, where they are wanted.
            turn.purpose == .reply || statement.member == nil
        }
        if statements.isEmpty { return "" }
        let said = statements.suffix(Self.mostStatements).map { "\($0.member ?? "A person"):\n\(quote($0.text.cut(to: 2000)))" }
        return "Said since you last spoke\(Self.quoted):\n\n"
            + said.joined(separator: "\n\n").cut(to: Self.longestContext, resumesAtLine: true)
    }

    // MARK: Quoting

    private static let quoted = ", each line of it after “> ”"

    /// What a member or a person wrote. Behind its mark no line of it can pass for somebody else's, or for a part of the prompt.
    private func quote(_ text: String) -> String {
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { scalar in
            (0x0A...0x0D).contains(scalar.value) || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
        }
        return lines.map { "> " + String($0) }.joined(separator: "\n")
    }
}
