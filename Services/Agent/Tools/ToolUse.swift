package import JSON
package import WireProtocol

/// A tool that a model is told of.
package struct ToolOffer: Sendable, Hashable {
    package let name: String
    package let description: String
    /// The JSON Schema of its arguments.
    package let parameters: JSONValue

    package init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

extension RunID {
    /// Names the effect of the intent that the run has journalled under a number.
    func effectKey(of intent: Int) -> String { "\(self)/\(intent)" }
}

/// A call of a tool that a model asked for, checked.
package struct ToolUse: Sendable, Hashable {
    /// Names the effect: `run id/number of the event that journalled the intent`.
    package let effectKey: String
    package let name: String
    /// An object.
    package let arguments: JSONValue

    package init(effectKey: String, name: String, arguments: JSONValue) {
        self.effectKey = effectKey
        self.name = name
        self.arguments = arguments
    }
}

/// What came of a call of a tool.
package struct ToolAnswer: Sendable, Hashable {
    /// For the model.
    package let content: String
    package let isError: Bool
    /// What the call saved.
    package let files: [FileReference]

    package init(content: String, isError: Bool = false, files: [FileReference] = []) {
        self.content = content
        self.isError = isError
        self.files = files
    }

    /// A call that was made.
    package init(_ result: ToolResult) {
        var execution = Execution()
        execution.output.add(CodeOutput(stream: .stdout, text: result.content))
        execution.output.add(CodeOutput(stream: .stderr, text: result.errors))
        execution.end = CodeCompleted(
            exitCode: result.exitCode, outcome: result.outcome, durationMs: result.durationMs, unsavedFiles: result.unsavedFiles)
        var lines: [String] = []
        let text = execution.output.text
        if !text.isEmpty { lines.append(text) }
        if let ending = execution.ending { lines.append(ending) }
        if let unsaved = execution.unsaved { lines.append(unsaved) }
        content = lines.isEmpty ? "The tool returned nothing." : lines.joined(separator: "\n")
        isError = !execution.endedWell
        files = result.files
    }

    /// A call that a person did not agree to.
    package init(refusedBy decision: ApprovalDecision, reason: String?) {
        let words =
            switch decision {
            case .expired: "The tool was not called: the person was asked, and did not answer."
            case .approved, .rejected, .unknown: "The tool was not called: the person does not want this call."
            }
        self.init(content: [words, reason].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "\n"), isError: true)
    }

    /// A call that was not made, or of which nothing is known.
    package init(refusal problem: Problem) {
        let reason =
            switch problem.code {
            case .approvalRequired: "The tool was not called: a person has to agree to it, and cannot be asked during this run."
            case .toolDenied: "The tool was not called: the person does not allow it."
            case .notFound: "There is no such tool."
            case .outcomeUnknown: "It is not known whether the call took effect: the server that made it is gone."
            default: "The tool was not called: " + (problem.detail ?? problem.title)
            }
        let errors = (problem.errors ?? []).map { "\($0.pointer) \($0.detail)" }
        self.init(content: ([reason] + errors).joined(separator: "\n"), isError: true)
    }
}
