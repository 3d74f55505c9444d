package import WireProtocol

/// What a run was accepted with; only the session by which it acts changes, when its person says something while it waits.
package struct RunRecord: Sendable, Hashable {
    package var runID: RunID
    package var conversationID: ConversationID
    package var agentID: AgentID
    /// The ordinal of the message that started the run.
    package var messageOrdinal: Int
    /// Whether the conversation had executed code before.
    package var expectsSession: Bool
    /// For whom the run acts.
    package var person: DelegationSubject
    /// Whether that person can be asked while it goes on.
    package var canAsk: Bool
    package var agent: AgentSettings
    package var origin: RunOrigin

    package init(
        runID: RunID, conversationID: ConversationID, agentID: AgentID, messageOrdinal: Int, expectsSession: Bool,
        person: DelegationSubject, canAsk: Bool, agent: AgentSettings, origin: RunOrigin
    ) {
        self.runID = runID
        self.conversationID = conversationID
        self.agentID = agentID
        self.messageOrdinal = messageOrdinal
        self.expectsSession = expectsSession
        self.person = person
        self.canAsk = canAsk
        self.agent = agent
        self.origin = origin
    }
}

/// What a run needs of its agent, as the agent was when the run was accepted.
package struct AgentSettings: Sendable, Hashable {
    package var version: Int
    package var mode: AgentMode
    package var instructions: String
    package var model: ModelChoice?
    package var temperature: Double?
    package var maxSteps: Int
    /// The names of the tools that it may call.
    package var tools: [String]

    package init(
        version: Int, mode: AgentMode, instructions: String, model: ModelChoice? = nil, temperature: Double? = nil, maxSteps: Int,
        tools: [String] = []
    ) {
        self.version = version
        self.mode = mode
        self.instructions = instructions
        self.model = model
        self.temperature = temperature
        self.maxSteps = maxSteps
        self.tools = tools
    }
}

/// The request that started a run: its id and trace go through everything that the run does.
package struct RunOrigin: Sendable, Hashable {
    package var requestID: String
    /// As in the header `traceparent`.
    package var traceParent: String

    package init(requestID: String, traceParent: String) {
        self.requestID = requestID
        self.traceParent = traceParent
    }
}
