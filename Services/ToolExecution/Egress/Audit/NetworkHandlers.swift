internal import ServiceKit
internal import WireProtocol

/// Requests to the outside over HTTP.
struct NetworkHandlers {
    let audit: EgressAudit

    func mount(on routes: ServiceRoutes) {
        routes.on(NetworkAPI.listNetworkRequests, list)
    }

    private func list(_ query: NetworkRequestQuery, _ context: RequestContext) async throws -> Reply<Page<NetworkRequest>> {
        let page = try await audit.list(query, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }
}
