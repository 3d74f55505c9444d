internal import WireProtocol

/// Passes over what is in the journal already, when a call is joined from its beginning.
struct ReplayedOutput: Sendable, Hashable {
    private var stdout = 0
    private var stderr = 0

    /// The part of a piece that is new, when so many bytes of its stream are known.
    mutating func news(in output: CodeOutput, known: Int) -> String? {
        let size = output.text.utf8.count
        let before = output.stream == .stderr ? stderr : stdout
        if output.stream == .stderr { stderr += size } else { stdout += size }
        if before >= known { return output.text }
        let surplus = known - before
        return surplus >= size ? nil : String(decoding: output.text.utf8.dropFirst(surplus), as: UTF8.self)
    }
}

/// Output is not shown before it is committed, unlike the text of a model: it comes in few large pieces, and a call that is taken over goes on
/// where the journal ends.
extension RunMachine {
    private static let attempts = 8
    private static let largestPiece = 32 * 1024

    /// What is to be done while an execution of code is open in the journal.
    mutating func advance(_ open: OpenCodeExecution) -> [RunAction] {
        if let result { return end(open, result) }
        switch cancellation {
        case .none: break
        case .wanted where call == .open:
            cancellation = .asked
            return [.stopCall(effectKey: setup.runID.effectKey(of: open.intent))]
        case .wanted: return [.stopCall(effectKey: setup.runID.effectKey(of: open.intent))] + close(with: [ending])
        case .asked: break
        case .overdue: return close(with: [ending])
        }
        if isFlushDue {
            isFlushDue = false
            let events = collected
            collected = []
            if !events.isEmpty { return append(events: events) }
        }
        guard call == .none else { return [] }
        call = .open
        replay = ReplayedOutput()
        return [
            .executeCode(
                ToolCall(
                    effectKey: setup.runID.effectKey(of: open.intent), conversationID: setup.conversationID, runID: setup.runID,
                    language: open.language,
                    code: open.code, expectsSession: open.expectsSession))
        ]
    }

    private mutating func end(_ open: OpenCodeExecution, _ result: Result) -> [RunAction] {
        switch result {
        case .code(let completed): return close(with: [.codeCompleted(completed)])
        case .toolFailure(.refused(let problem)) where problem.code == .outcomeUnknown || problem.code == .sandboxEnded:
            // The model is told and decides.
            return close(with: [.codeCompleted(CodeCompleted(exitCode: 137, outcome: .sandboxLost, durationMs: 0))])
        case .toolFailure(.refused(let problem)): return fail(problem)
        case .toolFailure(.unavailable(let detail)): return retryCall(detail)
        case .model, .modelFailure, .answer, .approvalNeeded, .approval: return []
        }
    }

    /// Makes the open call once more, after a while, under the same effect key.
    mutating func retryCall(_ detail: String) -> [RunAction] {
        if cancellation != .none { return close(with: [ending]) }
        guard toolAttempts < Self.attempts else { return fail(Problem(.toolUnavailable, detail: detail)) }
        result = nil
        collected = []
        call = .waiting
        toolAttempts += 1
        return [.wait(min(.milliseconds(125 << toolAttempts), .seconds(8)))]
    }

    /// An event of the execution.
    mutating func take(_ event: ExecutionEvent) -> [RunAction] {
        guard call == .open, result == nil, case .executing(let open) = state.phase else { return [] }
        let known = open.execution
        switch event {
        case .output(let output):
            guard let text = replay.news(in: output, known: known.output.size(of: output.stream)), !text.isEmpty else { return [] }
            return add(output.stream, text)
        case .sandboxReset(let reset):
            return known.wasReset ? [] : add(.sandboxReset(reset))
        case .artifact(let artifact):
            return known.files.contains { $0.id == artifact.file.id } ? [] : add(.artifactCreated(artifact))
        case .completed(let completed): result = .code(completed)
        case .failed(let failed): result = .toolFailure(.refused(failed.problem))
        case .value, .raised, .unknown: return []
        }
        return advance()
    }

    /// Adds output; pieces of one stream that nobody has seen become one.
    private mutating func add(_ stream: OutputStream, _ text: String) -> [RunAction] {
        if case .codeOutput(let last)? = collected.last, last.stream == stream, last.text.utf8.count < Self.largestPiece {
            collected[collected.count - 1] = .codeOutput(CodeOutput(stream: stream, text: last.text + text))
            return []
        }
        return add(.codeOutput(CodeOutput(stream: stream, text: text)))
    }

    private mutating func add(_ event: RunEvent) -> [RunAction] {
        let isFirst = collected.isEmpty
        collected.append(event)
        return isFirst ? [.flushSoon] : []
    }
}
