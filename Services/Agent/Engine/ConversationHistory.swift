package import WireProtocol

/// What was said in a conversation before a run.
package protocol ConversationHistory: AnyObject {
    /// The latest messages with an ordinal below `ordinal`, oldest first, as many as a model is to be given. The same call gives the same
    /// messages at any time, on any replica: a run that is taken over asks again.
    func messages(of conversation: ConversationID, in organization: OrganizationID, before ordinal: Int) async throws -> [Message]

    /// The latest messages up to this one, of which it need not be told.
    func messages(upTo message: Message, in organization: OrganizationID) async throws -> [Message]

    /// Tells it of the messages with which a run has ended, so that the next call need not read them.
    func committed(_ messages: [Message], in organization: OrganizationID)
}
