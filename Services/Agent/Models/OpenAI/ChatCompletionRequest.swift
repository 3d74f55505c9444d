internal import JSON
internal import WireProtocol

/// The body of a call, as OpenAI's reference of `POST /chat/completions` has it.
struct ChatCompletionRequest: Codable, Sendable, Hashable {
    struct Message: Codable, Sendable, Hashable {
        var role: String
        var content: String
        /// Of the assistant.
        var toolCalls: [ToolCall]?
        /// Of a tool.
        var toolCallID: String?
    }

    struct ToolCall: Codable, Sendable, Hashable {
        struct Function: Codable, Sendable, Hashable {
            var name: String
            var arguments: String
        }

        var id: String
        var type = "function"
        var function: Function
    }

    struct Tool: Codable, Sendable, Hashable {
        struct Function: Codable, Sendable, Hashable {
            var name: String
            var description: String
            var parameters: JSONValue
        }

        var type = "function"
        var function: Function
    }

    struct StreamOptions: Codable, Sendable, Hashable {
        var includeUsage: Bool
    }

    var model: String
    var messages: [Message]
    var tools: [Tool]?
    var stream: Bool
    var streamOptions: StreamOptions
    var temperature: Double?
    var maxTokens: Int?

    init(_ request: ModelRequest, maximumTokens: Int?) {
        model = request.model.name
        messages = request.messages.map(Message.init)
        if !request.tools.isEmpty { tools = request.tools.map(Tool.init) }
        stream = true
        streamOptions = StreamOptions(includeUsage: true)
        temperature = request.temperature
        maxTokens = maximumTokens
    }
}

extension ChatCompletionRequest.Message {
    fileprivate init(_ message: ModelMessage) {
        role = message.role.name
        content = message.content
        toolCallID = message.answeredCall
        guard !message.toolCalls.isEmpty else { return }
        toolCalls = message.toolCalls.map {
            ChatCompletionRequest.ToolCall(id: $0.id, function: .init(name: $0.call.name, arguments: $0.call.arguments))
        }
    }
}

extension ChatCompletionRequest.Tool {
    fileprivate init(_ offer: ToolOffer) {
        function = Function(name: offer.name, description: offer.description, parameters: offer.parameters)
    }
}

extension ModelMessage.Role {
    fileprivate var name: String {
        switch self {
        case .system: "system"
        case .user: "user"
        case .assistant: "assistant"
        case .tool: "tool"
        }
    }
}
