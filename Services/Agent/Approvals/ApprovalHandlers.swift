internal import HTTPMessage
internal import HTTPServer
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// Translates between HTTP and the rules of approvals.
package struct ApprovalHandlers {
    private let approvals: ApprovalService

    package init(approvals: ApprovalService) { self.approvals = approvals }

    /// Mounts the endpoints of approvals.
    package func mount(on routes: ServiceRoutes) {
        routes.on(AgentAPI.listApprovals, list)
        routes.on(AgentAPI.approveCall, approve)
        routes.on(AgentAPI.rejectCall, reject)
    }

    private func list(_ query: PageQuery, _ context: RequestContext) async throws -> Reply<Page<Approval>> {
        let place = try query.cursor.map { text in
            try ListCursor.read(text) { ListCursor.split($0, { RunID($0) }, { Int($0) }) }
        }
        let limit = query.effectiveLimit
        let found = try await approvals.list(
            after: place.map { (run: $0.0, call: $0.1) }, limit: limit + 1, as: try context.person())
        let page = Page(found, limit: limit) { ListCursor.join($0.runID, $0.call) }
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func approve(_: NoContent, _ context: RequestContext) async throws -> Reply<Run> {
        let person = try decider(context)
        let credentials = PersonalCredentials(token: context.bearerToken ?? "", origin: CallOrigin(context))
        let run = try await approvals.approve(try call(context), of: try context.id(), as: person, with: credentials)
        return .json(run, status: .accepted)
    }

    private func reject(_ request: RejectCall, _ context: RequestContext) async throws -> Reply<Run> {
        let person = try decider(context)
        let run = try await approvals.reject(try call(context), of: try context.id(), reason: request.reason, as: person)
        return .json(run, status: .accepted)
    }

    /// A service that acts for a person has no say in the person's name.
    private func decider(_ context: RequestContext) throws -> Principal.Person {
        if context.principal?.isService == true { throw Problem(.permissionDenied, detail: "only a person decides on calls") }
        return try context.person()
    }

    private func call(_ context: RequestContext) throws -> Int {
        guard let call = context.request.parameters["call"].flatMap({ Int($0) }) else { throw Problem(.notFound) }
        return call
    }
}
