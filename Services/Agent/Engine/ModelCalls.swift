package import WireProtocol

/// Calls models. The engine knows no provider, and a simulation has none.
package protocol ModelCalls: AnyObject {
    /// The model that an agent's choice stands for; nil is the installation's own. Nil when it is not configured.
    func resolve(_ choice: ModelChoice?) -> ModelChoice?

    /// Calls a model once, without retrying. `receive` is given each piece of text as it arrives and says whether it wants more: after
    /// `.enough` the call is ended at once, as a whole call with finish reason `.enough`. What `receive` throws is thrown on.
    ///
    /// Throws `ModelCallError`, and `CancellationError` when the task is cancelled, which ends the call too.
    func call(_ request: ModelRequest, receive: (String) async throws -> StreamDemand) async throws -> ModelOutcome
}

/// What one model call says and wants.
package struct ModelRequest: Sendable, Hashable {
    /// As `resolve` gave it.
    package var model: ModelChoice
    package var messages: [ModelMessage]
    package var temperature: Double?
    /// What it may ask to be called.
    package var tools: [ToolOffer]

    package init(model: ModelChoice, messages: [ModelMessage], temperature: Double? = nil, tools: [ToolOffer] = []) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.tools = tools
    }
}

/// Something said to the model, or by it.
package struct ModelMessage: Sendable, Hashable {
    /// Who speaks.
    package enum Role: Sendable, Hashable { case system, user, assistant, tool }
    package var role: Role
    package var content: String
    /// What the assistant asked for.
    package var toolCalls: [IdentifiedToolCall] = []
    /// Which call a tool answers.
    package var answeredCall: String?

    package init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }
}

/// A call of a tool that a model asked for.
package struct RequestedToolCall: Sendable, Hashable {
    package let name: String
    /// As the model wrote them: JSON, if it did well.
    package let arguments: String

    package init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}

/// One of the calls that were asked for, with the name by which its answer refers to it.
package struct IdentifiedToolCall: Sendable, Hashable {
    package let id: String
    package let call: RequestedToolCall

    package init(id: String, call: RequestedToolCall) {
        self.id = id
        self.call = call
    }
}

/// Whether the reader of a stream wants to go on.
package enum StreamDemand: Sendable, Hashable { case more, enough }

/// How a model call ended.
package struct ModelOutcome: Sendable, Hashable {
    /// Why the model stopped.
    package enum FinishReason: String, Sendable, Hashable, Codable {
        case stop, length, filtered, tools, other
        /// The reader had enough.
        case enough
    }
    package var finishReason: FinishReason
    /// nil: the provider did not say. Of a call that the reader ended it is an estimate.
    package var usage: TokenUsage?
    /// What the model wants to be called.
    package var toolCalls: [RequestedToolCall]

    package init(finishReason: FinishReason, usage: TokenUsage? = nil, toolCalls: [RequestedToolCall] = []) {
        self.finishReason = finishReason
        self.usage = usage
        self.toolCalls = toolCalls
    }
}

/// Why a model call gave no outcome. The text is for people; it carries nothing secret.
package enum ModelCallError: Error, Hashable, Sendable {
    /// It may work another time: not reachable, overloaded, rate limited, broken off, or nothing for too long.
    case unavailable(String, retryAfter: Duration?)
    /// The provider will not do it, asked again either: wrong credentials, too long, not allowed.
    case refused(String)
    /// The tools that the model is to be told of cannot be looked up now.
    case toolsUnavailable(String)
    /// The model is no longer configured.
    case notConfigured(String)
}
