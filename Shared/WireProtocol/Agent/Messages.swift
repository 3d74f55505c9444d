package import JSON

/// Who speaks.
package enum MessageRole: String, WireEnum {
    case user, assistant, unknown
}

/// Something to say.
package struct PostMessage: Codable, Sendable, Hashable, WireRules {
    package var content: String

    package init(content: String) {
        self.content = content
    }

    package static var rules: [Rule] {
        [.length(CodingKeys.content, 1...100_000), .describe(CodingKeys.content, "The text.", example: "What is the 100th prime?")]
    }
}

/// Something that was said.
package struct Message: Codable, Sendable, Hashable, WireRules {
    package var id: MessageID
    package var conversationID: ConversationID
    /// Its place in the conversation, from 1 without gaps.
    package var ordinal: Int
    package var role: MessageRole
    package var content: String
    /// The run that it started, or that said it.
    package var runID: RunID?
    package var createdAt: Timestamp

    package init(
        id: MessageID, conversationID: ConversationID, ordinal: Int, role: MessageRole, content: String, runID: RunID? = nil,
        createdAt: Timestamp
    ) {
        self.id = id
        self.conversationID = conversationID
        self.ordinal = ordinal
        self.role = role
        self.content = content
        self.runID = runID
        self.createdAt = createdAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.ordinal, "Its place in the conversation, from 1 without gaps."),
            .describe(CodingKeys.runID, "The run that it started, or that said it."),
        ]
    }
}

/// What became of a posted message. The reply is there when the run ended while the answer was waiting.
package struct MessageReceipt: Codable, Sendable, Hashable, WireRules {
    package var message: Message
    package var run: Run
    package var reply: Message?

    package init(message: Message, run: Run, reply: Message? = nil) {
        self.message = message
        self.run = run
        self.reply = reply
    }

    package static var rules: [Rule] {
        [.describe(CodingKeys.reply, "When `Prefer: wait` asked for it and the run ended well in time.")]
    }
}

/// A file that a run saved.
package struct Artifact: Codable, Sendable, Hashable {
    package var file: FileReference
    package var runID: RunID
    package var createdAt: Timestamp

    package init(file: FileReference, runID: RunID, createdAt: Timestamp) {
        self.file = file
        self.runID = runID
        self.createdAt = createdAt
    }
}

/// In which order.
package enum MessageOrder: String, WireEnum {
    /// The oldest first.
    case asc
    /// The latest first.
    case desc
    case unknown
}

/// Which messages.
package struct MessageQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    package var order: MessageOrder?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package static var rules: [Rule] {
        PageQuery.rules + [
            .defaultValue(CodingKeys.order, "asc"),
            .describe(CodingKeys.order, "`desc`: the latest first, as a conversation is shown from its end."),
        ]
    }
}
