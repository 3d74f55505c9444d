internal import HTTPMessage
internal import HTTPServer
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// People's own tools, and their policies, over HTTP.
struct OwnToolHandlers {
    let catalogue: ToolCatalogue
    let database: PostgresClient
    private let idempotency = IdempotencyStore(schema: "tool_execution")

    init(catalogue: ToolCatalogue, database: PostgresClient) {
        self.catalogue = catalogue
        self.database = database
    }

    func mount(on routes: ServiceRoutes) {
        routes.on(ToolsAPI.createTool, create)
        routes.on(ToolsAPI.updateTool, update)
        routes.on(ToolsAPI.deleteTool, delete)
        routes.on(ToolsAPI.importTools, importAll)
        routes.on(ToolsAPI.listToolPolicies, policies)
        routes.on(ToolsAPI.setToolPolicy, setPolicy)
    }

    private func create(_ request: CreateTool, _ context: RequestContext) async throws -> Reply<Tool> {
        let person = try context.person()
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            let tool = try await catalogue.create(request, of: person, in: transaction)
            return .json(tool, fields: [.etag: try EntityTag.digest(of: request), .location: "/api/v1/tools/\(tool.name)"])
        }
    }

    private func importAll(_ request: ImportTools, _ context: RequestContext) async throws -> Reply<ImportedTools> {
        let person = try context.person()
        let tools = try OpenAPIImport(request).tools()
        return try await idempotency.answer(context, in: database, as: person) { transaction in
            .json(ImportedTools(data: try await catalogue.add(tools, of: person, in: transaction)))
        }
    }

    private func update(_ request: UpdateTool, _ context: RequestContext) async throws -> Reply<Tool> {
        let condition = try context.ifMatch(isDemanded: false)
        let (tool, tag) = try await catalogue.update(name(context), request, ifMatch: condition, of: context.person())
        return .json(tool, fields: [.etag: tag])
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await catalogue.delete(name(context), of: context.person())
        return .empty
    }

    private func policies(_: NoContent, _ context: RequestContext) async throws -> Reply<ToolPolicies> {
        .json(try await catalogue.policies(of: context.person()))
    }

    private func setPolicy(_ rule: ToolPolicyRule, _ context: RequestContext) async throws -> Reply<ToolPolicyRule> {
        // A service that acts for a person must not widen what it may do itself.
        if context.principal?.isService == true { throw Problem(.permissionDenied, detail: "only a person sets policies") }
        try await catalogue.set(rule, of: context.person())
        return .json(rule)
    }

    private func name(_ context: RequestContext) -> String { context.request.parameters["name"] ?? "" }
}
