internal import WireProtocol

/// Code to execute, and how much of time and output it may take.
struct CodeBlock: Hashable {
    var language: CodeLanguage
    var code: String
    var timeoutSeconds: Int
    /// nil: as much as the sandbox allows.
    var outputBytes: Int?
}

extension EvaluationEnd {
    /// The outcome for outside: a limit counts when it stopped the code or made it fail.
    func executionOutcome(isOutputExceeded: Bool) -> ExecutionOutcome {
        if outcome == .stopped {
            if isOutputExceeded || limits.contains(.output) { return .outputExceeded }
            if limits.contains(.memory) { return .memoryExceeded }
            return limits.contains(.time) ? .timedOut : .cancelled
        }
        guard status != 0 else { return .exited }
        if limits.contains(.memory) { return .memoryExceeded }
        if limits.contains(.processes) { return .processesExceeded }
        return limits.contains(.disk) ? .diskExceeded : .exited
    }
}
