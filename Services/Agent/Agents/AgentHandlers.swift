internal import HTTPMessage
package import PostgresClient
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// Translates between requests and `AgentCatalogue`.
package struct AgentHandlers {
    private let agents: AgentCatalogue
    private let database: PostgresClient
    private let idempotency = IdempotencyStore(schema: "agent")

    package init(agents: AgentCatalogue, database: PostgresClient) {
        self.agents = agents
        self.database = database
    }

    /// Mounts the endpoints of agents.
    package func mount(on routes: ServiceRoutes) {
        routes.on(AgentAPI.createAgent, create)
        routes.on(AgentAPI.listAgents, list)
        routes.on(AgentAPI.getAgent, get)
        routes.on(AgentAPI.updateAgent, update)
        routes.on(AgentAPI.deleteAgent, delete)
    }

    private func create(_ request: CreateAgent, _ context: RequestContext) async throws -> Reply<Agent> {
        let person = try context.person()
        if let tools = request.tools, !tools.isEmpty {
            // What was answered before is answered again, whatever has become of the tools.
            if let key = context.idempotency, let recorded: Reply<Agent> = try await idempotency.recorded(key, database, person) {
                return recorded
            }
            try await demandUsable(tools, context)
        }
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            let agent = try await agents.create(request, of: person, in: transaction)
            return .json(agent, fields: [.etag: agent.entityTag, .location: "/api/v1/agents/\(agent.id)"])
        }
    }

    private func demandUsable(_ tools: [String], besides known: [String] = [], _ context: RequestContext) async throws {
        try await agents.demandUsable(tools, besides: known, as: .bearer(context.bearerToken ?? ""), from: CallOrigin(context))
    }

    private func list(_ query: AgentQuery, _ context: RequestContext) async throws -> Reply<Page<Agent>> {
        let page = try await agents.list(query, for: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Agent> {
        let agent = try await agents.find(try context.id(), for: try context.person())
        return .json(agent, fields: [.etag: agent.entityTag])
    }

    private func update(_ patch: UpdateAgent, _ context: RequestContext) async throws -> Reply<Agent> {
        let id: AgentID = try context.id()
        let person = try context.person()
        let condition = try context.ifMatch()
        if let tools = patch.tools { try await demandUsable(tools, besides: agents.find(id, for: person).tools, context) }
        let agent = try await agents.update(id, patch, ifMatch: condition, of: person)
        return .json(agent, fields: [.etag: agent.entityTag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await agents.delete(try context.id(), of: try context.person())
        return .empty
    }
}
