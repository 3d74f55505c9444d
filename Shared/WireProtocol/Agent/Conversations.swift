package import JSON

/// A new conversation.
package struct CreateConversation: Codable, Sendable, Hashable, WireRules {
    package var agentID: AgentID
    package var title: String?

    package init(agentID: AgentID, title: String? = nil) {
        self.agentID = agentID
        self.title = title
    }

    package static var rules: [Rule] { [.length(CodingKeys.title, 0...200)] }
}

/// A new conversation, and the first message in it.
package struct BeginConversation: Codable, Sendable, Hashable, WireRules {
    package var title: String?
    package var content: String
    package var conversationKey: String?

    package init(title: String? = nil, content: String, conversationKey: String? = nil) {
        self.title = title
        self.content = content
        self.conversationKey = conversationKey
    }

    package static var rules: [Rule] {
        CreateConversation.rules + PostMessage.rules + [
            .length(CodingKeys.conversationKey, 1...255),
            .describe(
                CodingKeys.conversationKey,
                "POST /conversations with this `Idempotency-Key` and the body `{\"agent_id\":\"…\",\"title\":\"…\"}`, without blanks, answers with the"
                    + " conversation, too. Another key than that of this request."),
        ]
    }
}

/// A change of a conversation (merge patch).
package struct UpdateConversation: Codable, Sendable, Equatable, WireRules {
    package var title: Patch<String>

    package init(title: Patch<String> = .absent) {
        self.title = title
    }

    package static var rules: [Rule] { [.length(CodingKeys.title, 0...200)] }
}

/// A conversation with an agent.
package struct Conversation: Codable, Sendable, Hashable {
    package var id: ConversationID
    package var agentID: AgentID
    package var title: String?
    package var messageCount: Int
    package var createdAt: Timestamp
    /// When the latest message came.
    package var updatedAt: Timestamp

    package init(
        id: ConversationID, agentID: AgentID, title: String? = nil, messageCount: Int, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.agentID = agentID
        self.title = title
        self.messageCount = messageCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Which conversations.
package struct ConversationQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// Only those with this agent.
    package var agentID: AgentID?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package init(agentID: AgentID? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.agentID = agentID
        self.limit = limit
        self.cursor = cursor
    }

    package static var rules: [Rule] {
        PageQuery.rules + [.describe(CodingKeys.agentID, "Only those with this agent.")]
    }
}
