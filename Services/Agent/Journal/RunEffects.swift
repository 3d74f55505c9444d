internal import JSON
package import WireProtocol

/// What changes besides the journal when events of a run are appended, in the same statement.
package struct RunEffects: Sendable, Hashable {
    /// A file that the run saved, and the number of the event that said so.
    package struct SavedFile: Sendable, Hashable {
        package let sequence: Int
        package let file: FileReference
    }

    /// How the run ends.
    package struct Ending: Sendable, Hashable {
        package let status: RunStatus
        package let problem: Problem?
        package let reply: Message?
        /// Whether the conversation has executed code.
        package let hasSession: Bool
        package let lastEvent: Int
    }

    package private(set) var files: [SavedFile] = []
    /// What the run waits for from now on.
    package private(set) var approval: ApprovalRequested?
    /// nil: it goes on.
    package private(set) var ending: Ending?
    /// Of the model call that ends.
    package let outcome: ModelOutcome?
    /// What all model calls of the run used, this one included; nil: no provider said.
    package let used: TokenUsage?

    /// - Parameters:
    ///   - last: The number of the last event.
    ///   - hasSession: Whether the conversation has executed code when these have happened.
    ///   - before: What the model calls before used.
    package init(of events: [RunEvent], last: Int, hasSession: Bool, outcome: ModelOutcome? = nil, before: TokenUsage? = nil) {
        self.outcome = outcome
        used = outcome?.usage.map { (before ?? TokenUsage()) + $0 } ?? before
        var reply: Message?
        for (index, event) in events.enumerated() {
            switch event {
            case .artifactCreated(let artifact):
                files.append(SavedFile(sequence: last - events.count + 1 + index, file: artifact.file))
            case .approvalRequested(let requested): approval = requested
            case .messageCompleted(let completed): reply = completed.message
            case .runCompleted: ending = Ending(status: .completed, problem: nil, reply: reply, hasSession: hasSession, lastEvent: last)
            case .runFailed(let failed):
                ending = Ending(status: .failed, problem: failed.problem, reply: nil, hasSession: hasSession, lastEvent: last)
            case .runCancelled: ending = Ending(status: .cancelled, problem: nil, reply: nil, hasSession: hasSession, lastEvent: last)
            default: break
            }
        }
    }

    /// What of it is kept in the journal and never shown, as JSON; nil: nothing.
    var privateData: [UInt8]? {
        guard let outcome else { return nil }
        return try? JSONCodec.encode(PrivateRecord(finishReason: outcome.finishReason, usage: outcome.usage))
    }

    private struct PrivateRecord: Encodable {
        var finishReason: ModelOutcome.FinishReason
        var usage: TokenUsage?
    }
}
