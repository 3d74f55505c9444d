internal import JSON
package import WireProtocol

/// What the token endpoint is asked for, once the form is known to be complete and the client to be entitled to it.
package enum TokenGrant: Sendable, Equatable {
    case password(email: String, password: String, scope: Scope?)
    case refreshToken(String, scope: Scope?)
    case clientCredentials(scope: Scope?)
    case delegation(DelegationSubject, scope: Scope?)

    /// Reads the form; what is missing or contradicts itself is `invalid_request`, what the client may not do `unauthorized_client`.
    package init(_ form: TokenRequest, client: TokenClient) throws(OAuthError) {
        let scope = try TokenGrant.scope(form.scope)
        switch (form.grantType, client) {
        case (.password, .public):
            self = .password(
                email: try TokenGrant.required(form.username, "username"), password: try TokenGrant.required(form.password, "password"),
                scope: scope)
        case (.refreshToken, .public):
            self = .refreshToken(try TokenGrant.required(form.refreshToken, "refresh_token"), scope: scope)
        case (.clientCredentials, .service):
            self = .clientCredentials(scope: scope)
        case (.tokenExchange, .service(let service)) where service.permissions.contains(.tokensDelegate):
            self = .delegation(try TokenGrant.subject(form), scope: scope)
        case (.unknown, _):
            throw OAuthError(error: .unsupportedGrantType)
        default:
            throw OAuthError(error: .unauthorizedClient, errorDescription: "this client may not use this grant")
        }
    }

    private static func required(_ value: String?, _ name: String) throws(OAuthError) -> String {
        guard let value else { throw OAuthError(error: .invalidRequest, errorDescription: "\(name) is missing") }
        return value
    }

    private static func scope(_ text: String?) throws(OAuthError) -> Scope? {
        guard let text, !text.isEmpty else { return nil }
        guard let scope = Scope(text) else { throw OAuthError(error: .invalidScope, errorDescription: "scope is malformed") }
        return scope
    }

    private static func subject(_ form: TokenRequest) throws(OAuthError) -> DelegationSubject {
        guard form.requestedTokenType == nil || form.requestedTokenType == .accessToken, form.actorToken == nil else {
            throw OAuthError(error: .invalidRequest, errorDescription: "only an access token for the client itself is given")
        }
        guard form.subjectTokenType == .verifiedClaims else {
            throw OAuthError(error: .invalidRequest, errorDescription: "subject_token_type must be \(TokenType.verifiedClaims.rawValue)")
        }
        let text = try required(form.subjectToken, "subject_token")
        guard let subject = try? JSONCodec.decode(DelegationSubject.self, from: Array(text.utf8), unknownFields: .ignored) else {
            throw OAuthError(error: .invalidRequest, errorDescription: "subject_token cannot be read")
        }
        return subject
    }
}
