package import JSON

/// The run of a turn waits for the person who began the simulation to agree to a call of a tool.
package struct TurnApprovalRequested: Codable, Sendable, Hashable, WireRules {
    package var turn: Int
    package var member: String
    /// The member's conversation with its agent in this simulation.
    package var conversationID: ConversationID
    package var runID: RunID
    /// The number of the event `tool.started` of the run.
    package var call: Int
    package var name: String
    /// As the model wrote them: a JSON object.
    package var arguments: String
    /// When no answer counts as a refusal.
    package var expiresAt: Timestamp

    /// What a run asked in a turn.
    package init(_ requested: ApprovalRequested, turn: Int, member: String, conversationID: ConversationID, runID: RunID) {
        self.turn = turn
        self.member = member
        self.conversationID = conversationID
        self.runID = runID
        call = requested.call
        name = requested.name
        arguments = requested.arguments
        expiresAt = requested.expiresAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.runID, "Decide with `POST /api/v1/runs/{run_id}/approvals/{call}/approve` or `…/reject`."),
            .describe(CodingKeys.call, "The number of the event `tool.started` of the run.", example: 7),
            .describe(CodingKeys.name, "The tool.", example: "http_request"),
            .describe(CodingKeys.arguments, "As the model wrote them: a JSON object.", example: #"{"url": "https://example.com/"}"#),
            .describe(CodingKeys.expiresAt, "When no answer counts as a refusal."),
        ]
    }
}

/// The person has agreed to a call or refused it, or has not answered in time: the turn goes on.
package struct TurnApprovalDecided: Codable, Sendable, Hashable, WireRules {
    package var turn: Int
    package var call: Int
    package var decision: ApprovalDecision
    /// Why it was refused, in the person's words.
    package var reason: String?

    /// What was decided in a turn.
    package init(_ decided: ApprovalDecided, turn: Int) {
        self.turn = turn
        call = decided.call
        decision = decided.decision
        reason = decided.reason
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.call, "Of `approval.requested`.", example: 7),
            .describe(CodingKeys.decision, "`expired`: nobody answered in time, which counts as a refusal."),
            .describe(CodingKeys.reason, "Why it was refused, in the person's words."),
        ]
    }
}
