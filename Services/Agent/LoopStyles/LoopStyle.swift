package import WireProtocol

/// How an agent works: what the model is told, how far its reply is read, and what follows from it. A style keeps nothing: what it needs to know
/// is in the journal.
package protocol LoopStyle: Sendable {
    /// What the model is told before the conversation.
    ///
    /// - Parameter hasTools: Whether it may ask for calls of tools.
    func systemPrompt(instructions: String, hasTools: Bool) -> String
    /// Reads one reply as it comes.
    func makeReader() -> any ReplyReader
    /// What a whole reply asks for, which may be calls of the tools that the model was told of.
    func decide(on reply: String, toolCalls: [RequestedToolCall], finishReason: ModelOutcome.FinishReason) -> Decision
}

/// What follows from a reply.
package enum Decision: Sendable, Hashable {
    /// The reply is the answer.
    case answer
    case execute(CodeLanguage, code: String)
    /// One after another.
    case use([RequestedToolCall])
}

/// Looks at a reply while it arrives and says where it ends, if it ends before the model does.
package protocol ReplyReader: Sendable {
    /// Takes the next piece. Returns as much of it as belongs to the reply; the demand is `.enough` when the reply is whole.
    mutating func read(_ text: String) -> (accepted: String, demand: StreamDemand)
}

extension AgentMode {
    /// The style of this mode; one that is not known only talks.
    package var style: any LoopStyle {
        switch self {
        case .codeact: CodeActStyle()
        case .chat, .unknown: ChatStyle()
        }
    }
}
