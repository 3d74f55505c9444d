import WireProtocol

/// It has passed when code that the model wrote ran and its output was streamed. What a small model says of it may be wrong, and is
/// shown as it is.
struct Demonstration {
    let api: DemonstrationAPI
    let terminal: Terminal

    private static let email = "demo@example.com"
    /// Short: a small model reads slowly, and this is read before anything is said.
    private static let instructions = "You answer with Python code."
    /// A small model does as it is shown. What it is shown is another task than the one it is given.
    private static let computing = """
        This program computes how many letters three names have:
        ```python
        total = 0
        for name in ["Ada", "Grace", "Margaret"]:
            total += len(name)
        print(total)
        ```
        Write one like it that computes the sum of the squares of the numbers from 1 to 30.
        """
    private static let saving = """
        This program writes the lengths of three names into a file:
        ```python
        with open("/home/user/out/lengths.txt", "w") as file:
            for name in ["Ada", "Grace", "Margaret"]:
                file.write(str(len(name)) + "\\n")
        ```
        Write one like it that writes the squares of the numbers from 1 to 30 into /home/user/out/squares.txt.
        """
    /// A model that draws lots does not do each time what it is asked to.
    private static let attempts = 2

    func run(password: String) async throws {
        let (user, isNew) = try await api.logIn(email: Self.email, password: password)
        terminal.line("\n\(isNew ? "Registered and logged in" : "Logged in") as \(user.email) (\(user.id))", .heading)
        let agent = try await api.createAgent(
            CreateAgent(name: "Calculator", instructions: Self.instructions, mode: .codeact, maxSteps: 4))
        terminal.line("Created the CodeAct agent \(agent.name) (\(agent.id))", .heading)

        let computed = try await ask(Self.computing, of: agent, until: \.isConvincing)
        guard computed.isConvincing else { throw DemonstrationError.nothingRan }
        let saved = try await ask(Self.saving, of: agent, until: \.savedSomething)
        for file in saved.files {
            terminal.line("\nThe file that it saved: \(file.name), \(file.size) bytes (\(file.id))", .heading)
            terminal.line(try await api.content(of: file.id), .output)
        }
        if saved.files.isEmpty { terminal.line("\nThe model saved no file, though it was asked \(Self.attempts) times.", .error) }
    }

    /// What a run showed.
    private struct Outcome {
        var ranCode = false
        var wroteOutput = false
        var files: [FileReference] = []
        var isConvincing: Bool { ranCode && wroteOutput }
        var savedSomething: Bool { files.contains { $0.size > 0 } }
    }

    /// Asks in a new conversation, and again in another one when the outcome is not what was wanted.
    private func ask(_ question: String, of agent: Agent, until isEnough: (Outcome) -> Bool) async throws -> Outcome {
        var outcome = Outcome()
        for _ in 1...Self.attempts where !isEnough(outcome) {
            outcome = try await ask(question, in: try await api.createConversation(with: agent.id).id)
        }
        return outcome
    }

    private func ask(_ question: String, in conversation: ConversationID) async throws -> Outcome {
        terminal.line("\nYou: \(question)\n", .heading)
        var outcome = Outcome()
        try await api.say(question, in: conversation) { event in
            switch event {
            case .modelStarted(let start): terminal.line("[\(start.model.name), step \(start.step)]", .quiet)
            case .modelRestarted: terminal.line("\n[what the model said so far is void; it starts again]", .quiet)
            case .messageDelta(let delta): terminal.write(delta.text)
            case .codeStarted(let code):
                terminal.line("\n[running \(code.language.rawValue)]", .quiet)
                terminal.line(code.code, .code)
            case .codeOutput(let output):
                terminal.write(output.text, output.stream == .stderr ? .error : .output)
                outcome.wroteOutput = outcome.wroteOutput || output.stream == .stdout
            case .codeCompleted(let end):
                terminal.line("\n[exit code \(end.exitCode) after \(end.durationMs) ms]", .quiet)
                outcome.ranCode = true
            case .toolStarted(let call): terminal.line("\n[\(call.name) \(call.arguments)]", .quiet)
            case .toolCompleted(let end): terminal.line("[\(end.isError ? "failed: " : "")\(end.content)]", .quiet)
            case .sandboxReset(let reset): terminal.line("[new sandbox: \(reset.reason)]", .quiet)
            case .artifactCreated(let artifact): outcome.files.append(artifact.file)
            case .runFailed(let failure):
                let reason = failure.problem.detail ?? failure.problem.title
                terminal.line("\n[the run has failed: \(reason)]", .error)
                // A model that goes on and on may do better another time. What else is wrong stays wrong.
                if failure.problem.code != .stepLimitReached { throw DemonstrationError.runFailed(reason) }
            case .runCancelled: terminal.line("\n[the run was cancelled]", .error)
            case .runCompleted: terminal.line("")
            // The demonstration's agents have no tools that ask.
            case .approvalRequested, .approvalDecided, .runStarted, .messageCompleted, .unknown: break
            }
        }
        return outcome
    }
}

enum DemonstrationError: Error, CustomStringConvertible {
    case noAddress
    case nothingRan
    case runFailed(String)

    var description: String {
        switch self {
        case .noAddress: "TROUPE_URL must be http://host:port"
        case .nothingRan: "no code that the model wrote ran and printed something"
        case .runFailed(let reason): reason
        }
    }
}
