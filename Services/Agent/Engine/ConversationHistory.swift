package import WireProtocol

/// What was said in a conversation before a run.
package protocol ConversationHistory: AnyObject {
    /// The latest messages with an ordinal below `ordinal`, oldest first, as many as a model is to be given. The same call gives the same
    /// messages at any time, on any replica: a run that is taken over asks again.
    func messages(of conversation: ConversationID, in organization: OrganizationID, before ordinal: Int) async throws -> [Message]

    /// Tells it of a message that has just been committed, so that the next call need not read it.
    func committed(_ message: Message, in organization: OrganizationID)
}
