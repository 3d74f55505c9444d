internal import ServiceKit
internal import WireProtocol

/// Where messages go, as far as this loop has seen it. It may be out of date: whoever uses it has to compare it with what is
/// (`RunAcceptance.agentVersion`), and to read again when it is not so any more.
package final class KnownDestinations {
    private struct Place: Hashable {
        let conversation: ConversationID
        let user: UserID
    }

    private var agents = RecentCache<Place, AgentID>(capacity: 10_000)
    private var settings = RecentCache<AgentID, AgentSettings>(capacity: 500)

    package init() {}

    /// Nil: nothing is known.
    func find(_ conversation: ConversationID, of user: UserID) -> RunStore.Destination? {
        guard let agent = agents.value(for: Place(conversation: conversation, user: user)), let settings = settings.value(for: agent) else {
            return nil
        }
        return RunStore.Destination(agentID: agent, settings: settings, isAgentDeleted: false, isAgentWithdrawn: false)
    }

    /// A conversation begins, or is about to.
    func began(_ conversation: ConversationID, of user: UserID, with agent: AgentID) {
        agents.store(agent, for: Place(conversation: conversation, user: user))
    }

    /// A message was accepted there.
    func accepted(_ conversation: ConversationID, of user: UserID, at destination: RunStore.Destination) {
        began(conversation, of: user, with: destination.agentID)
        if settings.value(for: destination.agentID) != destination.settings {
            settings.store(destination.settings, for: destination.agentID)
        }
    }
}
