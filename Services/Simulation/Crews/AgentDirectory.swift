package import ServiceClients
internal import WireProtocol

/// Looks up agents at the agent service, as the person who asks.
package struct AgentDirectory {
    private let agents: ServiceClient

    package init(_ agents: ServiceClient) { self.agents = agents }

    /// Those of these agents that the person has. Throws a problem when that cannot be found out.
    func find(_ wanted: Set<AgentID>, token: String, from origin: CallOrigin) async throws -> [AgentID: Agent] {
        var found: [AgentID: Agent] = [:]
        for agent in wanted.sorted() {
            do {
                found[agent] = try await agents.call(
                    AgentAPI.getAgent, NoContent(), parameters: ["id": agent.description], as: .bearer(token), from: origin,
                    timeout: .seconds(10))
            } catch let problem as Problem where problem.code == .notFound { continue }
        }
        return found
    }
}
