internal import ServiceKit
internal import WireProtocol

/// Keeping a session going, and ending it.
struct SessionHandlers {
    let sessions: SessionService

    func refresh(_ request: RefreshRequest, _ context: RequestContext) async throws -> Reply<TokenAnswer> {
        let credentials = try await sessions.refresh(request.refreshToken, requested: nil)
        return .json(credentials.answer, fields: SessionCredentials.fields)
    }

    func logOut(_ request: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await sessions.end(context.person())
        return .empty
    }
}
