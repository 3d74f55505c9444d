internal import JSON

/// One event of a streamed answer; only what is used. Providers leave out and add fields as they like.
struct ChatCompletionChunk: Codable, Sendable {
    struct Choice: Codable, Sendable {
        struct Delta: Codable, Sendable {
            var content: String?
        }

        var index: Int?
        var delta: Delta?
        var finishReason: String?
    }

    struct Usage: Codable, Sendable {
        var promptTokens: Int?
        var completionTokens: Int?
    }

    var choices: [Choice]?
    var usage: Usage?
    var error: JSONValue?
}
