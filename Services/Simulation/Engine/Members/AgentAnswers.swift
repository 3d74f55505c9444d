internal import WireProtocol

/// What is read of a conversation here.
struct ConversationSketch: Decodable { let id: ConversationID }

/// What is read of a run here.
struct RunSketch: Codable, Sendable {
    let id: RunID
    let conversationID: ConversationID
    let status: RunStatus
    let problem: Problem?
    var usage: TokenUsage?

    var failed: FailedRun { FailedRun(id: id, usage: usage) }
}

/// What is read of the receipt of a message here.
struct SpokenReceipt: Decodable {
    struct Reply: Decodable { let content: String }

    let run: RunSketch
    let reply: Reply?
}
