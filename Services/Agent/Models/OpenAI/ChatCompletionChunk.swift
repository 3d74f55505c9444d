internal import JSON

/// One event of a streamed answer; only what is used. Providers leave out and add fields as they like.
struct ChatCompletionChunk: Codable, Sendable {
    struct Choice: Codable, Sendable {
        struct Delta: Codable, Sendable {
            var content: String?
            var toolCalls: [ToolCall]?
        }

        var index: Int?
        var delta: Delta?
        var finishReason: String?
    }

    /// A piece of a call of a tool: the first has its name, the others more of its arguments.
    struct ToolCall: Codable, Sendable {
        struct Function: Codable, Sendable {
            var name: String?
            var arguments: String?
        }

        var index: Int?
        var id: String?
        var function: Function?
    }

    struct Usage: Codable, Sendable {
        var promptTokens: Int?
        var completionTokens: Int?
    }

    var choices: [Choice]?
    var usage: Usage?
    var error: JSONValue?
}
