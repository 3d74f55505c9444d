internal import WireProtocol

/// Issues tokens by grant.
final class TokenService {
    private let clients: ClientRegistry
    private let accounts: AccountService
    private let sessions: SessionService
    private let issuer: AccessTokenIssuer

    init(clients: ClientRegistry, accounts: AccountService, sessions: SessionService, issuer: AccessTokenIssuer) {
        self.clients = clients
        self.accounts = accounts
        self.sessions = sessions
        self.issuer = issuer
    }

    /// The token of a grant. Refusals are an `OAuthError`, or a problem that stands for one.
    func issue(_ request: TokenRequest, to credentials: ClientCredentials?) async throws -> OAuthToken {
        let client = try clients.authenticate(credentials)
        switch (try TokenGrant(request, client: client), client) {
        case (.password(let email, let password, let scope), _):
            let person = try await accounts.authenticate(email: email, password: password)
            return try await sessions.begin(for: person, clientID: client.id, scope: scope).oauthAnswer
        case (.refreshToken(let token, let scope), _):
            return try await sessions.refresh(token, requested: scope).oauthAnswer
        case (.clientCredentials(let requested), .service(let service)):
            let scope = try ScopeRule.service(service, requested: requested)
            let token = try issuer.token(for: service, scope: scope)
            return OAuthToken(accessToken: token, expiresIn: TokenLifetimes.access, scope: scope.text)
        case (.delegation(let subject, let requested), .service(let service)):
            return try await delegate(subject, to: service, requested: requested)
        case (.clientCredentials, .public), (.delegation, .public):
            throw OAuthError(error: .unauthorizedClient)
        }
    }

    /// A token by which a service goes on working for a person whose own token has ended, as long as they and their session are.
    private func delegate(_ subject: DelegationSubject, to service: RegisteredService, requested: Scope?) async throws -> OAuthToken {
        let live = try await sessions.live(subject.sessionID, of: subject.userID, in: subject.organizationID)
        guard let person = live?.person else {
            throw OAuthError(
                error: .invalidGrant, errorDescription: "the session has ended or the person is suspended", code: .delegationRefused)
        }
        let scope = try ScopeRule.delegated(
            accepted: subject.scopes, permissions: person.permissions, client: service, requested: requested)
        let token = try issuer.token(
            for: person, session: subject.sessionID, clientID: service.id, actor: service, scope: scope, lifetime: TokenLifetimes.delegated)
        return OAuthToken(accessToken: token, expiresIn: TokenLifetimes.delegated, scope: scope.text, issuedTokenType: .accessToken)
    }
}
