/// One call that a scripted model was sent.
package struct ModelCallRecord: Codable, Sendable, Hashable {
    package struct Message: Codable, Sendable, Hashable {
        package var role: String
        package var content: String
    }

    package struct StreamOptions: Codable, Sendable, Hashable {
        package var includeUsage: Bool?
    }

    package var model: String
    package var messages: [Message]
    package var stream: Bool?
    package var streamOptions: StreamOptions?
    package var temperature: Double?
    package var maxTokens: Int?

    /// The place of the reply among those of the model, from 1.
    var turn: Int { messages.count { $0.role == "assistant" } + 1 }

    /// A count in place of the tokens of the prompt: its words.
    var promptTokens: Int { messages.reduce(0) { $0 + $1.content.split(whereSeparator: \.isWhitespace).count } }
}
