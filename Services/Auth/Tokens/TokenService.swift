internal import Cryptography
internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// Issues tokens by grant, and says whether one is good.
final class TokenService {
    private let loop: EventLoop
    private let clients: ClientRegistry
    private let accounts: AccountService
    private let sessions: SessionService
    private let issuer: AccessTokenIssuer
    private let keys: SigningKeyService

    init(
        loop: EventLoop, clients: ClientRegistry, accounts: AccountService, sessions: SessionService, issuer: AccessTokenIssuer,
        keys: SigningKeyService
    ) {
        self.loop = loop
        self.clients = clients
        self.accounts = accounts
        self.sessions = sessions
        self.issuer = issuer
        self.keys = keys
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
            return answer(try issuer.token(for: service, scope: scope), lifetime: TokenLifetimes.access, scope)
        case (.delegation(let subject, let requested), .service(let service)):
            return try await delegate(subject, to: service, requested: requested)
        case (.clientCredentials, .public), (.delegation, .public):
            throw OAuthError(error: .unauthorizedClient)
        }
    }

    /// A token by which a service goes on working for a person whose own token has ended, as long as they and their session are.
    private func delegate(_ subject: DelegationSubject, to service: RegisteredService, requested: Scope?) async throws -> OAuthToken {
        let person = try await sessions.livePerson(subject.sessionID, of: subject.userID, in: subject.organizationID)
        guard let person else {
            throw OAuthError(
                error: .invalidGrant, errorDescription: "the session has ended or the person is suspended", code: .delegationRefused)
        }
        let scope = try ScopeRule.delegated(
            accepted: subject.scopes, permissions: person.permissions, client: service, requested: requested)
        var answer = answer(
            try issuer.token(for: person, session: subject.sessionID, actor: service, scope: scope), lifetime: TokenLifetimes.delegated,
            scope)
        answer.issuedTokenType = .accessToken
        return answer
    }

    /// Whether a token is good at this moment, by the tables and not by what was polled of them.
    func introspect(_ token: String) async throws -> IntrospectionAnswer {
        let inactive = IntrospectionAnswer(active: false)
        let now = Int(loop.wallClock / 1_000_000)
        guard let claims = try? issuer.verifier(keys.published).verify(token, as: AccessTokenClaims.self, now: now),
            let principal = Principal(claims)
        else { return inactive }
        if case .user(let user, let organization, let session) = principal.subject {
            guard try await sessions.livePerson(session, of: user, in: organization) != nil else { return inactive }
        }
        return IntrospectionAnswer(active: true, claims: claims)
    }

    private func answer(_ token: String, lifetime: Int, _ scope: Scope) -> OAuthToken {
        OAuthToken(accessToken: token, tokenType: "Bearer", expiresIn: lifetime, scope: scope.text)
    }
}
