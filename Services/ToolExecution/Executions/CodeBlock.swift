internal import WireProtocol

/// Code to execute, and how much of time and output it may take.
struct CodeBlock: Hashable {
    var language: CodeLanguage
    var code: String
    var timeoutSeconds: Int
    /// nil: as much as the sandbox allows.
    var outputBytes: Int?
    /// A further interpreter in place of the language's own.
    var contextID: String?
    /// Whether values are wanted as they are, in place of being printed.
    var wantsValues = false

    /// What the interpreter is given.
    var text: String { wantsValues && language != .bash ? "\u{1}" + code : code }

    /// Throws a problem for what no interpreter could take.
    static func validate(_ language: CodeLanguage, _ code: String) throws {
        var errors: [FieldError] = []
        if language == .unknown { errors.append(FieldError(pointer: "/language", detail: "is not a language that is known here")) }
        if code.utf8.contains(0) { errors.append(FieldError(pointer: "/code", detail: "has a zero byte")) }
        if !errors.isEmpty { throw Problem(.validationFailed, errors: errors) }
    }
}

extension EvaluationEnd {
    /// The outcome for outside: a limit counts when it stopped the code or made it fail.
    func executionOutcome(isOutputExceeded: Bool) -> ExecutionOutcome {
        if outcome == .stopped {
            if isOutputExceeded || limits.contains(.output) { return .outputExceeded }
            if limits.contains(.memory) { return .memoryExceeded }
            if limits.contains(.cpu) { return .processorExceeded }
            return limits.contains(.time) ? .timedOut : .cancelled
        }
        guard status != 0 else { return .exited }
        if limits.contains(.memory) { return .memoryExceeded }
        if limits.contains(.processes) { return .processesExceeded }
        return limits.contains(.disk) ? .diskExceeded : .exited
    }
}
