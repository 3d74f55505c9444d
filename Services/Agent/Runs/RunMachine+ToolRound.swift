internal import JSON
internal import WireProtocol

/// Calls of tools that the model asked for, one after another. All that one reply asks for is journalled at once, before the first call; each
/// call has an effect key of its own, so that whoever takes the run over makes none twice.
extension RunMachine {
    /// What is to be done while calls of tools are open in the journal.
    mutating func advance(_ round: ToolRound) -> [RunAction] {
        // A call in progress goes on until its own end; what it gives is dropped.
        if cancellation != .none { return close(with: [ending]) }
        guard let open = round.open else { return [] }
        switch result {
        case .answer(let answer): return complete(open, answer)
        case .toolFailure(.refused(let problem)):
            return problem.isAboutPerson ? fail(problem) : complete(open, ToolAnswer(refusal: problem))
        case .toolFailure(.unavailable(let detail)): return retryTool(detail)
        case nil, .model, .modelFailure, .tool: break
        }
        guard call == .none else { return [] }
        guard setup.tools.contains(open.request.name) else {
            return complete(open, ToolAnswer(refusal: Problem(.notFound)))
        }
        guard let arguments = open.request.parsedArguments else {
            return complete(open, ToolAnswer(content: "The tool was not called: the arguments are no JSON object.", isError: true))
        }
        call = .open
        return [.useTool(ToolUse(effectKey: "\(setup.runID)/\(open.intent)", name: open.request.name, arguments: arguments))]
    }

    private mutating func complete(_ open: ToolRound.Call, _ answer: ToolAnswer) -> [RunAction] {
        let files = answer.files.map { RunEvent.artifactCreated(ArtifactCreated(file: $0)) }
        let completed = ToolCompleted(call: open.intent, name: open.request.name, content: answer.content, isError: answer.isError)
        return close(with: files + [.toolCompleted(completed)])
    }
}

extension RequestedToolCall {
    /// nil: they are no JSON object. A model that has nothing to say often says nothing.
    fileprivate var parsedArguments: JSONValue? {
        if arguments.allSatisfy(\.isWhitespace) { return [:] }
        guard let value = try? JSONValue(parsing: Array(arguments.utf8)), value.members != nil else { return nil }
        return value
    }
}

extension Problem {
    /// Whether nothing can be done for the person any more: no other call would go better.
    fileprivate var isAboutPerson: Bool { status == 401 || code == .delegationRefused || code == .userSuspended }
}
