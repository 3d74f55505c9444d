internal import WireProtocol

/// The body of a call, as OpenAI's reference of `POST /chat/completions` has it.
struct ChatCompletionRequest: Codable, Sendable, Hashable {
    struct Message: Codable, Sendable, Hashable {
        var role: String
        var content: String
    }

    struct StreamOptions: Codable, Sendable, Hashable {
        var includeUsage: Bool
    }

    var model: String
    var messages: [Message]
    var stream: Bool
    var streamOptions: StreamOptions
    var temperature: Double?
    var maxTokens: Int?

    init(_ request: ModelRequest, maximumTokens: Int?) {
        model = request.model.name
        messages = request.messages.map { Message(role: $0.role.name, content: $0.content) }
        stream = true
        streamOptions = StreamOptions(includeUsage: true)
        temperature = request.temperature
        maxTokens = maximumTokens
    }
}

extension ModelMessage.Role {
    fileprivate var name: String {
        switch self {
        case .system: "system"
        case .user: "user"
        case .assistant: "assistant"
        }
    }
}
