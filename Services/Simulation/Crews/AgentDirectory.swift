package import EventLoop
package import ServiceClients
package import WireProtocol

/// What is read of an agent here.
package struct AgentSketch: Codable, Sendable {
    package let id: AgentID
    package let name: String
    package let description: String?
}

/// Looks up agents at the agent service, as the person who asks.
package struct AgentDirectory {
    private let agents: ServiceClient
    private let loop: EventLoop
    private let deadline: Duration

    /// - Parameter deadline: The longest that looking up any number of agents takes.
    package init(_ agents: ServiceClient, on loop: EventLoop, deadline: Duration = .seconds(10)) {
        self.agents = agents
        self.loop = loop
        self.deadline = deadline
    }

    /// Those of these agents that the person has. Throws a problem when that cannot be found out.
    package func find(_ wanted: Set<AgentID>, token: String, from origin: CallOrigin) async throws -> [AgentID: AgentSketch] {
        if wanted.isEmpty { return [:] }
        let query = AgentQuery(id: Array(wanted), limit: wanted.count)
        do {
            let page = try await agents.call(
                AgentAPI.listAgents, query, as: .bearer(token), from: origin, timeout: deadline, reading: Page<AgentSketch>.self)
            return Dictionary(page.data.map { ($0.id, $0) }) { first, _ in first }
        } catch let problem as Problem where problem.code == .validationFailed {
            // The version before does not know `id`.
            return try await findEach(wanted, token: token, from: origin)
        }
    }

    private func findEach(_ wanted: Set<AgentID>, token: String, from origin: CallOrigin) async throws -> [AgentID: AgentSketch] {
        var found: [AgentID: AgentSketch] = [:]
        do {
            try await loop.withTimeout(deadline) {
                for agent in wanted { found[agent] = try await find(agent, token: token, from: origin) }
            }
        } catch is TimedOut {
            throw Problem(.unavailable, detail: "The agent service does not answer.")
        }
        return found
    }

    private func find(_ agent: AgentID, token: String, from origin: CallOrigin) async throws -> AgentSketch? {
        do {
            return try await agents.call(
                AgentAPI.getAgent, NoContent(), parameters: ["id": agent.description], as: .bearer(token), from: origin,
                timeout: deadline, reading: AgentSketch.self)
        } catch let problem as Problem where problem.code == .notFound { return nil }
    }
}
