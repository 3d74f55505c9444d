internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Calls of runs over HTTP.
struct ToolCallHandlers {
    let calls: ToolCallService
    let peers: PeerForwarder

    func call(_ request: ToolCall, _ context: RequestContext) async throws -> Reply<NoContent> {
        let person = try context.person()
        let subject = DelegationSubject(
            userID: person.user, organizationID: person.organization, sessionID: person.session,
            scopes: context.principal?.scopes.sorted() ?? [])
        try CodeBlock.validate(request.language, request.code)
        if let answer: Reply<NoContent> = try await peers.forward(context, to: calls.node(of: request, person)) { return answer }
        let log = try await calls.call(request, for: subject, person, from: CallOrigin(context))
        return .events(of: log, after: try context.lastEventID())
    }

    func cancel(_ request: CancelToolCall, _ context: RequestContext) async throws -> Reply<NoContent> {
        let person = try owner(of: request, context)
        let node = try await calls.node(of: request.effectKey, person)
        if let answer: Reply<NoContent> = try await peers.forward(context, to: node) { return answer }
        await calls.cancel(request.effectKey, person)
        return .empty
    }

    private func owner(of request: CancelToolCall, _ context: RequestContext) throws -> Principal.Person {
        guard case .service? = context.principal?.subject, let person = request.person else { return try context.person() }
        return Principal.Person(user: person.userID, organization: person.organizationID, session: person.sessionID)
    }
}
