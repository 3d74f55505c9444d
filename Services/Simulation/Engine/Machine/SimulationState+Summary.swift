package import WireProtocol

extension SimulationState {
    private static let mostStatements = 200
    private static let longestText = 1000
    private static let longestOutput = 20_000
    private static let mostQuestions = 50

    /// What came of it, should it end now.
    ///
    /// - Parameter lost: What lost runs had used.
    package func summary(at now: Timestamp, lost: TokenUsage? = nil) -> SimulationSummary {
        let tasks = zip(plan.tasks, tasks).map { task, progress in
            TaskSummary(
                name: task.name, member: progress.member, outcome: progress.outcome ?? .unfinished, revisions: progress.revisions,
                output: progress.output?.cut(to: Self.longestOutput))
        }
        let statements = transcript.suffix(Self.mostStatements).map { statement in
            var statement = statement
            statement.text = statement.text.cut(to: Self.longestText)
            return statement
        }
        let elapsed = max(0, now.microseconds - (startedAt ?? now).microseconds)
        return SimulationSummary(
            tasks: tasks, statements: statements, openQuestions: openQuestions, turns: turns,
            usage: usage + (lost ?? TokenUsage()), durationMs: Int(elapsed / 1000))
    }

    /// Tasks that did not come to a good end, and questions after which nobody has spoken who could have answered.
    private var openQuestions: [String] {
        var questions: [String] = []
        for (task, progress) in zip(plan.tasks, tasks) {
            switch progress.outcome {
            case nil: questions.append("The task “\(task.name)” is not finished.")
            case .notAccepted?:
                questions.append("The result of the task “\(task.name)” was not accepted: \((progress.feedback ?? "").cut(to: 300))")
            default: break
            }
        }
        let people = transcript.lastIndex { $0.member == nil }
        let unheard = transcript.count - unansweredStatements
        for (place, statement) in transcript.enumerated() where questions.count < Self.mostQuestions {
            // A member's question is open until a person speaks; a person's until a member replies.
            let isOpen = statement.member == nil ? place >= unheard : place > (people ?? -1)
            guard isOpen else { continue }
            questions += Self.questions(in: statement.text).map { "\(statement.member ?? "A person"): \($0)" }
        }
        return Array(questions.prefix(Self.mostQuestions))
    }

    /// How many of the last statements hold what people said and nobody answered.
    private var unansweredStatements: Int {
        var left = unanswered + (turn?.answers ?? 0)
        var count = 0
        for statement in transcript.reversed() where left > 0 {
            count += 1
            if statement.member == nil { left -= 1 }
        }
        return count
    }

    /// The sentences that end with a question mark.
    static func questions(in text: String) -> [String] {
        var questions: [String] = []
        var sentence = ""
        for character in text {
            if character.isNewline {
                sentence = ""
                continue
            }
            sentence.append(character)
            guard character == "." || character == "!" || character == "?" else { continue }
            let words = String(sentence.drop { $0.isWhitespace || $0 == "-" || $0 == "*" })
            if character == "?", words.count > 2 { questions.append(words.cut(to: 300)) }
            sentence = ""
        }
        return questions
    }
}
