internal import HTTPMessage
package import PostgresClient
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// Translates between requests and `CrewService`.
package struct CrewHandlers {
    private let crews: CrewService
    private let database: PostgresClient
    private let importer: CrewImporter
    private let idempotency = IdempotencyStore(schema: "simulation")

    package init(crews: CrewService, importer: CrewImporter, database: PostgresClient) {
        self.crews = crews
        self.importer = importer
        self.database = database
    }

    /// Mounts the endpoints of crews.
    package func mount(on routes: ServiceRoutes) {
        routes.on(SimulationAPI.createCrew, create)
        routes.on(SimulationAPI.importCrew, importFiles)
        routes.on(SimulationAPI.listCrews, list)
        routes.on(SimulationAPI.getCrew, get)
        routes.on(SimulationAPI.updateCrew, update)
        routes.on(SimulationAPI.deleteCrew, delete)
    }

    private func create(_ request: CreateCrew, _ context: RequestContext) async throws -> Reply<Crew> {
        let person = try context.person()
        // An answer that was given stands, whatever has become of the agents since.
        if let key = context.idempotency, let recorded: Reply<Crew> = try await idempotency.recorded(key, database, person) {
            return recorded
        }
        let crew = try await crews.draft(request, of: person, token: context.bearerToken ?? "", from: CallOrigin(context))
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            try await crews.insert(crew, of: person, in: transaction)
            return .json(crew, fields: [.etag: crew.entityTag, .location: "/api/v1/crews/\(crew.id)"])
        }
    }

    private func importFiles(_ request: ImportCrew, _ context: RequestContext) async throws -> Reply<ImportedCrew> {
        let person = try context.person()
        if let key = context.idempotency, let recorded: Reply<ImportedCrew> = try await idempotency.recorded(key, database, person) {
            return recorded
        }
        let files = try importer.read(request)
        let crew: Crew
        do {
            crew = try await crews.draft(files.crew, of: person, token: context.bearerToken ?? "", from: CallOrigin(context))
        } catch let problem as Problem { throw files.placed(problem) }
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            try await crews.insert(crew, of: person, in: transaction)
            return .json(
                ImportedCrew(crew: crew, notes: files.notes), fields: [.etag: crew.entityTag, .location: "/api/v1/crews/\(crew.id)"])
        }
    }

    private func list(_ query: CrewQuery, _ context: RequestContext) async throws -> Reply<Page<Crew>> {
        let page = try await crews.list(query, for: try context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func get(_: NoContent, _ context: RequestContext) async throws -> Reply<Crew> {
        let crew = try await crews.find(try context.id(), for: try context.person())
        return .json(crew, fields: [.etag: crew.entityTag])
    }

    private func update(_ patch: UpdateCrew, _ context: RequestContext) async throws -> Reply<Crew> {
        let id: CrewID = try context.id()
        let condition = try context.ifMatch()
        let crew = try await crews.update(
            id, patch, ifMatch: condition, by: try context.person(), token: context.bearerToken ?? "", from: CallOrigin(context))
        return .json(crew, fields: [.etag: crew.entityTag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await crews.delete(try context.id(), by: try context.person())
        return .empty
    }
}
