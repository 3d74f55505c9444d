package import JSON

/// What became of a call that a person had to agree to.
package enum ApprovalDecision: String, WireEnum {
    case approved, rejected
    /// Nobody answered in time.
    case expired
    case unknown
}

/// A call of a tool waits for the run's person to agree to it. The run stands still until they have answered, or the time is over.
package struct ApprovalRequested: Codable, Sendable, Hashable, WireRules {
    /// The number of its `tool.started`.
    package var call: Int
    package var name: String
    /// As the model wrote them: a JSON object.
    package var arguments: String
    /// When no answer counts as a refusal.
    package var expiresAt: Timestamp

    package init(call: Int, name: String, arguments: String, expiresAt: Timestamp) {
        self.call = call
        self.name = name
        self.arguments = arguments
        self.expiresAt = expiresAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.call, "The number of the event `tool.started` that it belongs to.", example: 7),
            .describe(CodingKeys.name, "The tool.", example: "http_request"),
            .describe(CodingKeys.arguments, "As the model wrote them: a JSON object.", example: #"{"url": "https://example.com/"}"#),
            .describe(CodingKeys.expiresAt, "When no answer counts as a refusal."),
        ]
    }
}

/// A person has agreed to a call or refused it, or nobody has answered.
package struct ApprovalDecided: Codable, Sendable, Hashable, WireRules {
    /// The number of its `tool.started`.
    package var call: Int
    package var decision: ApprovalDecision
    /// Why it was refused, in the person's words.
    package var reason: String?

    package init(call: Int, decision: ApprovalDecision, reason: String? = nil) {
        self.call = call
        self.decision = decision
        self.reason = reason
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.call, "The number of the event `tool.started` that it belongs to.", example: 7),
            .describe(CodingKeys.decision, "`expired`: nobody answered in time, which counts as a refusal."),
            .describe(CodingKeys.reason, "Why it was refused, in the person's words."),
        ]
    }
}

/// A call of a tool that waits for a person.
package struct Approval: Codable, Sendable, Hashable, WireRules {
    package var runID: RunID
    package var conversationID: ConversationID
    package var agentID: AgentID
    /// The number of the event `tool.started`.
    package var call: Int
    package var name: String
    /// As the model wrote them: a JSON object.
    package var arguments: String
    package var requestedAt: Timestamp
    /// When no answer counts as a refusal.
    package var expiresAt: Timestamp

    package init(
        runID: RunID, conversationID: ConversationID, agentID: AgentID, call: Int, name: String, arguments: String,
        requestedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.runID = runID
        self.conversationID = conversationID
        self.agentID = agentID
        self.call = call
        self.name = name
        self.arguments = arguments
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.call, "The number of the event `tool.started` that it belongs to.", example: 7),
            .describe(CodingKeys.name, "The tool.", example: "http_request"),
            .describe(CodingKeys.arguments, "As the model wrote them: a JSON object.", example: #"{"url": "https://example.com/"}"#),
            .describe(CodingKeys.expiresAt, "When no answer counts as a refusal."),
        ]
    }
}

/// A refusal.
package struct RejectCall: Codable, Sendable, Hashable, WireRules {
    /// What the model is told.
    package var reason: String?

    package init(reason: String? = nil) {
        self.reason = reason
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.reason, 0...1000),
            .describe(CodingKeys.reason, "What the model is told.", example: "Ask the other server."),
        ]
    }
}
