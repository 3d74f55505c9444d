internal import HTTPServer
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// A person's word for single calls, over HTTP.
struct ApprovalHandlers {
    let catalogue: ToolCatalogue
    let database: PostgresClient

    func mount(on routes: ServiceRoutes) {
        routes.on(ToolsAPI.approveToolCall, approve)
    }

    private func approve(_ request: ApproveToolCall, _ context: RequestContext) async throws -> Reply<NoContent> {
        // A service that acts for a person must not agree in the person's name.
        if context.principal?.isService == true { throw Problem(.permissionDenied, detail: "only a person agrees to calls") }
        let person = try context.person()
        let tool = try await catalogue.find(context.request.parameters["name"] ?? "", of: person)
        let key = try EffectKey(request.effectKey, tool: tool.name, sandbox: nil, request.arguments, of: person)
        try await ApprovalStore.insert(key, in: database.as(person.organization))
        return .empty
    }
}
