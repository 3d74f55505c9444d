package import JSON

/// One call that a scripted model was sent.
package struct ModelCallRecord: Codable, Sendable, Hashable {
    package struct Message: Codable, Sendable, Hashable {
        package var role: String
        package var content: String
        /// What the assistant asked for.
        package var toolCalls: [ToolCall]?
        /// Which call a tool answers.
        package var toolCallID: String?
    }

    package struct ToolCall: Codable, Sendable, Hashable {
        package struct Function: Codable, Sendable, Hashable {
            package var name: String
            package var arguments: String
        }

        package var id: String
        package var type: String
        package var function: Function
    }

    package struct StreamOptions: Codable, Sendable, Hashable {
        package var includeUsage: Bool?
    }

    package var model: String
    package var messages: [Message]
    /// As they were sent.
    package var tools: [JSONValue]?
    package var stream: Bool?
    package var streamOptions: StreamOptions?
    package var temperature: Double?
    package var maxTokens: Int?

    /// The place of the reply among those of the model, from 1.
    var turn: Int { messages.count { $0.role == "assistant" } + 1 }

    /// A count in place of the tokens of the prompt: its words.
    var promptTokens: Int { messages.reduce(0) { $0 + $1.content.utf8.split { $0 <= UInt8(ascii: " ") }.count } }
}
