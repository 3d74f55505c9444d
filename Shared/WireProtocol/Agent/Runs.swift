package import JSON

/// How far a run is.
package enum RunStatus: String, WireEnum {
    case queued, running
    /// It waits for its person to agree to a call of a tool, or not.
    case awaitingApproval = "awaiting_approval"
    case completed, failed, cancelled, unknown

    /// Whether nothing more happens.
    package var isFinal: Bool { self == .completed || self == .failed || self == .cancelled }
}

/// The work that one message started.
package struct Run: Codable, Sendable, Hashable, WireRules {
    package var id: RunID
    package var conversationID: ConversationID
    package var agentID: AgentID
    /// The message that started it.
    package var messageID: MessageID
    package var status: RunStatus
    /// Why it failed.
    package var problem: Problem?
    /// The message that it ended with.
    package var replyID: MessageID?
    /// The number of its latest event.
    package var lastEvent: Int
    /// What its model calls used, estimated for those that it ended itself (as each that asks for code to be run); absent before the end, and
    /// when the provider did not say.
    package var usage: TokenUsage?
    package var createdAt: Timestamp
    package var finishedAt: Timestamp?

    package init(
        id: RunID, conversationID: ConversationID, agentID: AgentID, messageID: MessageID, status: RunStatus,
        problem: Problem? = nil, replyID: MessageID? = nil, lastEvent: Int, usage: TokenUsage? = nil, createdAt: Timestamp,
        finishedAt: Timestamp? = nil
    ) {
        self.id = id
        self.conversationID = conversationID
        self.agentID = agentID
        self.messageID = messageID
        self.status = status
        self.problem = problem
        self.replyID = replyID
        self.lastEvent = lastEvent
        self.usage = usage
        self.createdAt = createdAt
        self.finishedAt = finishedAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.messageID, "The message that started it."),
            .describe(CodingKeys.problem, "Why it failed."),
            .describe(CodingKeys.replyID, "The message that it ended with."),
            .describe(CodingKeys.lastEvent, "The number of its latest event."),
            .describe(
                CodingKeys.usage,
                """
                What its model calls used, estimated for those that it ended itself, as each that asks for code to be run. Absent before the \
                end, and when the provider did not say.
                """),
        ]
    }
}

/// From where to read the events of a run.
package struct RunEventQuery: Codable, Sendable, Hashable, WireRules {
    /// Only events with a greater number; `Last-Event-ID` goes before it.
    package var after: Int?
    /// Of a list: at most this many.
    package var limit: Int?

    package init(after: Int? = nil, limit: Int? = nil) {
        self.after = after
        self.limit = limit
    }

    package static var rules: [Rule] {
        [
            .range(CodingKeys.after, 0...9_007_199_254_740_991), .defaultValue(CodingKeys.after, 0),
            .describe(CodingKeys.after, "Only events with a greater number; `Last-Event-ID` goes before it."),
            .range(CodingKeys.limit, 1...1000), .defaultValue(CodingKeys.limit, 1000),
            .describe(CodingKeys.limit, "Of a list: at most this many, and fewer of large ones; `has_more` says whether there are more."),
        ]
    }
}

/// Events of a run as a list.
package struct RunEventList: Codable, Sendable, Equatable {
    package var data: [NumberedRunEvent]
    /// Whether more have happened already.
    package var hasMore: Bool

    package init(data: [NumberedRunEvent], hasMore: Bool) {
        self.data = data
        self.hasMore = hasMore
    }
}

/// An event with its number.
package struct NumberedRunEvent: Codable, Sendable, Equatable, WireRules {
    /// `id:` of the event in a stream; an event that covers several numbers has the last of them.
    package var sequence: Int
    package var event: RunEvent

    package init(sequence: Int, event: RunEvent) {
        self.sequence = sequence
        self.event = event
    }

    package static var rules: [Rule] { [.describe(CodingKeys.sequence, "The event's `id` in a stream.")] }
}
