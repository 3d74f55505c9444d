package import Journal
package import ServiceKit
package import WireProtocol

/// A message that starts a run, and all that is to be committed with it.
package struct RunAcceptance: Sendable {
    package var runID: RunID
    package var conversationID: ConversationID
    package var agentID: AgentID
    package var agentVersion: Int
    package var messageID: MessageID
    package var content: String
    /// For whom the run acts.
    package var person: DelegationSubject
    package var origin: RunOrigin
    /// Whether that person can be asked while it goes on.
    package var canAsk: Bool
    package var createdAt: Timestamp
    /// The worker that goes on with it at once; nil: whoever claims it.
    package var holder: WorkerID?
    /// What the holder calls first, with the beginning of that call; nil: whoever takes the run begins it.
    package var model: ModelChoice?
    package var idempotency: IdempotentRequest?

    package init(
        runID: RunID, conversationID: ConversationID, agentID: AgentID, agentVersion: Int, messageID: MessageID, content: String,
        person: DelegationSubject, origin: RunOrigin, canAsk: Bool, createdAt: Timestamp, holder: WorkerID?, idempotency: IdempotentRequest?
    ) {
        self.runID = runID
        self.conversationID = conversationID
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
    }

    /// The first events of the run.
    package var opening: [JournalEvent] {
        var events: [RunEvent] = [
            .runStarted(RunStarted(runID: runID, conversationID: conversationID, agentID: agentID, messageID: messageID))
        ]
        if let model { events.append(.modelStarted(ModelStarted(step: 1, model: model))) }
        return events.map(JournalEvent.init)
    }

    /// How the journal of the run stands then.
    package func claim(_ opening: [JournalEvent]) -> JournalClaim {
        JournalClaim(
            id: runID.journalID, organizationID: person.organizationID, head: opening.count,
            shownLimit: opening.count + (model == nil ? 0 : RunMachine.usualBlock))
    }
}

/// What became of an acceptance.
package enum AcceptanceOutcome: Sendable, Hashable {
    /// The message has this ordinal; the conversation had executed code before, or not.
    case accepted(ordinal: Int, expectsSession: Bool)
    /// The conversation has a run already, is gone, its agent is another by now, or the key was used before.
    case notAccepted
}
