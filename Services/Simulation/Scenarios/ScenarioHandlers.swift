internal import HTTPMessage
package import PostgresClient
package import ServiceKit
internal import WireProtocol

/// Translates between requests and `ScenarioService`.
package struct ScenarioHandlers {
    private let scenarios: ScenarioService
    private let database: PostgresClient
    private let idempotency = IdempotencyStore(schema: "simulation")

    package init(scenarios: ScenarioService, database: PostgresClient) {
        self.scenarios = scenarios
        self.database = database
    }

    /// Mounts the endpoints of scenarios.
    package func mount(on routes: ServiceRoutes) {
        routes.on(SimulationAPI.createScenario, create)
        routes.on(SimulationAPI.listScenarios, list)
        routes.on(SimulationAPI.getScenario, get)
        routes.on(SimulationAPI.updateScenario, update)
        routes.on(SimulationAPI.deleteScenario, delete)
    }

    private func create(_ request: CreateScenario, _ context: RequestContext) async throws -> Reply<Scenario> {
        let person = try context.person()
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            let scenario = try await scenarios.create(request, of: person, in: transaction)
            return .json(scenario, fields: [.etag: scenario.entityTag, .location: "/api/v1/scenarios/\(scenario.id)"])
        }
    }

    private func list(_ query: SharedThingsQuery, _ context: RequestContext) async throws -> Reply<Page<Scenario>> {
        let page = try await scenarios.list(query, for: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Scenario> {
        let scenario = try await scenarios.find(try context.id(), for: try context.person())
        return .json(scenario, fields: [.etag: scenario.entityTag])
    }

    private func update(_ patch: UpdateScenario, _ context: RequestContext) async throws -> Reply<Scenario> {
        let id: ScenarioID = try context.id()
        let condition = try context.ifMatch()
        let scenario = try await scenarios.update(id, patch, ifMatch: condition, by: try context.person())
        return .json(scenario, fields: [.etag: scenario.entityTag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await scenarios.delete(try context.id(), by: try context.person())
        return .empty
    }
}
