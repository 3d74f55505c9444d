package import WireProtocol

/// What a run begins with. It never changes: whoever takes the run over starts from the same.
package struct RunSetup: Sendable, Hashable {
    package var runID: RunID
    package var conversationID: ConversationID
    /// The ordinal of the message that started the run.
    package var messageOrdinal: Int
    package var mode: AgentMode
    package var instructions: String
    /// nil: it is not configured any more.
    package var model: ModelChoice?
    package var temperature: Double?
    /// How many times the model may be called.
    package var maxSteps: Int
    /// The names of the tools that it may call.
    package var tools: [String]
    /// Whether its person can be asked to agree to a call.
    package var canAsk: Bool
    /// What was said before, and the message that started the run.
    package var messages: [ModelMessage]
    /// Whether the conversation had executed code before.
    package var expectsSession: Bool

    package init(
        runID: RunID, conversationID: ConversationID, messageOrdinal: Int, mode: AgentMode, instructions: String,
        model: ModelChoice?, temperature: Double? = nil, maxSteps: Int, tools: [String] = [], canAsk: Bool = false,
        messages: [ModelMessage], expectsSession: Bool
    ) {
        self.runID = runID
        self.conversationID = conversationID
        self.messageOrdinal = messageOrdinal
        self.mode = mode
        self.instructions = instructions
        self.model = model
        self.temperature = temperature
        self.maxSteps = maxSteps
        self.tools = tools
        self.canAsk = canAsk
        self.messages = messages
        self.expectsSession = expectsSession
    }
}
