package import JSON

/// A call of a run: code for the interpreter of its conversation.
package struct ToolCall: Codable, Sendable, Hashable, WireRules {
    /// Names the effect: `run id/number of the event that journalled the intent`.
    package var effectKey: String
    /// Whose sandbox and interpreter.
    package var conversationID: ConversationID
    package var runID: RunID
    package var language: CodeLanguage
    package var code: String
    package var limits: ExecutionLimits?
    /// Whether an interpreter with the conversation's variables must be there: when it is gone the events begin with `sandbox.reset`.
    package var expectsSession: Bool

    package init(
        effectKey: String, conversationID: ConversationID, runID: RunID, language: CodeLanguage, code: String,
        limits: ExecutionLimits? = nil, expectsSession: Bool
    ) {
        self.effectKey = effectKey
        self.conversationID = conversationID
        self.runID = runID
        self.language = language
        self.code = code
        self.limits = limits
        self.expectsSession = expectsSession
    }

    package static var rules: [Rule] {
        [.length(CodingKeys.effectKey, 1...200), .length(CodingKeys.code, 1...200_000)]
    }
}

/// How much an execution may use; what is absent is the service's default, and nothing goes above its maximum.
package struct ExecutionLimits: Codable, Sendable, Hashable, WireRules {
    package var timeoutS: Int?
    package var memoryMb: Int?
    package var processes: Int?
    package var diskMb: Int?
    package var outputKb: Int?

    package init(timeoutS: Int? = nil, memoryMb: Int? = nil, processes: Int? = nil, diskMb: Int? = nil, outputKb: Int? = nil) {
        self.timeoutS = timeoutS
        self.memoryMb = memoryMb
        self.processes = processes
        self.diskMb = diskMb
        self.outputKb = outputKb
    }

    package static var rules: [Rule] {
        [
            .range(CodingKeys.timeoutS, 1...600), .range(CodingKeys.memoryMb, 16...16_384), .range(CodingKeys.processes, 1...1024),
            .range(CodingKeys.diskMb, 1...16_384), .range(CodingKeys.outputKb, 1...16_384),
        ]
    }
}

/// A call to stop.
package struct CancelToolCall: Codable, Sendable, Hashable, WireRules {
    package var effectKey: String
    /// Whose call it is, when a service asks for itself: the person's session may have ended. Otherwise it is that of the one for whom the token is.
    package var person: DelegationSubject?

    package init(effectKey: String, person: DelegationSubject? = nil) {
        self.effectKey = effectKey
        self.person = person
    }

    package static var rules: [Rule] { [.length(CodingKeys.effectKey, 1...200)] }
}
