package import Journal
package import ServiceKit
package import WireProtocol

/// A message that starts a run, and all that is to be committed with it.
package struct RunAcceptance: Sendable {
    package let runID: RunID
    package let conversationID: ConversationID
    /// The conversation, when it begins with the message.
    package let beginning: ConversationBeginning?
    package let agentID: AgentID
    package let agentVersion: Int
    package let messageID: MessageID
    package let content: String
    /// For whom the run acts.
    package let person: DelegationSubject
    package let origin: RunOrigin
    /// Whether that person can be asked while it goes on.
    package let canAsk: Bool
    package let createdAt: Timestamp
    /// The worker that goes on with it at once; nil: whoever claims it.
    package let holder: WorkerID?
    package let idempotency: IdempotentRequest?
    /// The first events of the run.
    package let opening: [RunEvent]
    /// The same, as the journal has them.
    package let events: [JournalEvent]
    /// How the journal of the run stands then.
    package let claim: JournalClaim

    /// - Parameter model: What the holder calls first, with the beginning of that call. Without a holder, whoever takes the run begins it.
    package init(
        runID: RunID, conversationID: ConversationID, beginning: ConversationBeginning? = nil, agentID: AgentID, agentVersion: Int,
        messageID: MessageID, content: String, person: DelegationSubject, origin: RunOrigin, canAsk: Bool, createdAt: Timestamp,
        holder: WorkerID?, model: ModelChoice, idempotency: IdempotentRequest?
    ) {
        self.runID = runID
        self.conversationID = conversationID
        self.beginning = beginning
        self.agentID = agentID
        self.agentVersion = agentVersion
        self.messageID = messageID
        self.content = content
        self.person = person
        self.origin = origin
        self.canAsk = canAsk
        self.createdAt = createdAt
        self.holder = holder
        self.idempotency = idempotency
        let started = RunEvent.runStarted(
            RunStarted(runID: runID, conversationID: conversationID, agentID: agentID, messageID: messageID))
        opening = holder == nil ? [started] : [started, .modelStarted(ModelStarted(step: 1, model: model))]
        events = opening.map(JournalEvent.init)
        claim = JournalClaim(
            id: runID.journalID, organizationID: person.organizationID, head: events.count,
            shownLimit: events.count + (holder == nil ? 0 : RunMachine.usualBlock))
    }
}

/// A conversation that begins with a message.
package struct ConversationBeginning: Sendable {
    package let conversation: Conversation
    /// What asks for the conversation alone, and is answered with it from then on.
    package let request: IdempotentRequest?

    package init(conversation: Conversation, request: IdempotentRequest?) {
        self.conversation = conversation
        self.request = request
    }
}

/// What became of an acceptance.
package enum AcceptanceOutcome: Sendable, Hashable {
    /// The message has this ordinal; the conversation had executed code before, or not.
    case accepted(ordinal: Int, expectsSession: Bool)
    /// The conversation has a run already, is gone, its agent is another by now, or the key was used before.
    case notAccepted
}
