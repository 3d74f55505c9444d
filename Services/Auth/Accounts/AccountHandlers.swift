internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// Registering, logging in, and who one is.
struct AccountHandlers {
    let accounts: AccountService
    let sessions: SessionService

    func register(_ request: Registration, _ context: RequestContext) async throws -> Reply<TokenAnswer> {
        let (credentials, isReplayed) = try await accounts.register(request, under: context.idempotency?.key)
        var fields = SessionCredentials.fields
        if isReplayed { fields.append("idempotent-replayed", "true") }
        return .json(credentials.answer, fields: fields)
    }

    func logIn(_ request: Login, _ context: RequestContext) async throws -> Reply<TokenAnswer> {
        let person = try await accounts.authenticate(email: request.email, password: request.password)
        let credentials = try await sessions.begin(for: person, clientID: ClientRegistry.firstParty, scope: nil)
        return .json(credentials.answer, fields: SessionCredentials.fields)
    }

    func me(_ request: NoContent, _ context: RequestContext) async throws -> Reply<User> {
        .json(try await accounts.user(context.person()))
    }
}
