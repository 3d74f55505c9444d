internal import JSON
internal import Journal
internal import WireProtocol

/// Calls of tools that the model asked for, one after another. All that one reply asks for is journalled at once, before the first call; each
/// call has an effect key of its own, so that whoever takes the run over makes none twice.
extension RunMachine {
    /// What is to be done while calls of tools are open in the journal.
    mutating func advance(_ round: ToolRound) -> [RunAction] {
        guard let open = round.open else { return [] }
        if let result { return end(open, result) }
        if cancellation != .none { return stop(open) }
        guard call == .none else { return [] }
        switch open.consent {
        case .awaited:
            call = .open
            return [.awaitApproval(call: open.intent)]
        case nil, .decided: return use(open)
        }
    }

    private mutating func end(_ open: ToolRound.Call, _ result: Result) -> [RunAction] {
        switch result {
        case .answer(let answer): return complete(open, answer)
        case .toolFailure(.refused(let problem)):
            return problem.isAboutPerson ? fail(problem) : complete(open, ToolAnswer(refusal: problem))
        case .toolFailure(.unavailable(let detail)): return retryCall(detail)
        case .approvalNeeded(let until):
            // Who was asked before is not asked again.
            guard setup.canAsk, open.consent == nil else { return complete(open, ToolAnswer(refusal: Problem(.approvalRequired))) }
            let requested = ApprovalRequested(
                call: open.intent, name: open.request.name, arguments: open.request.arguments, expiresAt: until)
            return close(with: [.approvalRequested(requested)])
        case .approval(let decision, let reason):
            let decided = RunEvent.approvalDecided(ApprovalDecided(call: open.intent, decision: decision, reason: reason))
            if decision == .approved { return close(with: [decided]) }
            return complete(open, ToolAnswer(refusedBy: decision, reason: reason), after: [decided])
        case .model, .modelFailure, .code: return []
        }
    }

    /// The run is to end. A call in progress is stopped first, and what it gives until then is kept.
    private mutating func stop(_ open: ToolRound.Call) -> [RunAction] {
        if open.consent == .awaited { return close(with: [ending]) }
        let key = setup.runID.effectKey(of: open.intent)
        switch cancellation {
        case .wanted where call == .open:
            cancellation = .asked
            return [.stopCall(effectKey: key)]
        // Who held the run before may have called it.
        case .wanted: return [.stopCall(effectKey: key)] + close(with: [ending])
        case .asked where call == .open, .none: return []
        case .asked, .overdue: return close(with: [ending])
        }
    }

    private mutating func use(_ open: ToolRound.Call) -> [RunAction] {
        guard setup.tools.contains(open.request.name) else {
            return complete(open, ToolAnswer(refusal: Problem(.notFound)))
        }
        guard let arguments = open.request.parsedArguments else {
            return complete(open, ToolAnswer(content: "The tool was not called: the arguments are no JSON object.", isError: true))
        }
        call = .open
        return [.callTool(ToolUse(effectKey: setup.runID.effectKey(of: open.intent), name: open.request.name, arguments: arguments))]
    }

    private mutating func complete(_ open: ToolRound.Call, _ answer: ToolAnswer, after events: [RunEvent] = []) -> [RunAction] {
        let files = answer.files.map { RunEvent.artifactCreated(ArtifactCreated(file: $0)) }
        let completed = ToolCompleted(call: open.intent, name: open.request.name, content: answer.content, isError: answer.isError)
        return close(with: events + files + [.toolCompleted(completed)])
    }

    /// Nobody holds the run any more.
    mutating func park() -> [RunAction] {
        // What is being written is an end, which may still succeed.
        guard journal.isIdle else { return [] }
        isDone = true
        return [.abandon]
    }
}

extension RequestedToolCall {
    /// nil: they are no JSON object. A model that has nothing to say often says nothing.
    var parsedArguments: JSONValue? {
        if arguments.allSatisfy(\.isWhitespace) { return [:] }
        guard let value = try? JSONValue(parsing: Array(arguments.utf8)), value.members != nil else { return nil }
        return value
    }
}

extension Problem {
    /// Whether nothing can be done for the person any more: no other call would go better.
    fileprivate var isAboutPerson: Bool { status == 401 || code == .delegationRefused || code == .userSuspended }
}
