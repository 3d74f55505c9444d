internal import HTTPMessage

/// What auth answers: accounts, sessions and tokens.
package enum AuthAPI {
    /// Makes an account with an organisation of its own, and logs in.
    package static let register = Endpoint<Registration, TokenAnswer>(
        .post, "/api/v1/auth/register", name: "register", owner: .auth, summary: "Make an account and log in",
        auth: .public, rate: .credentials, aliases: ["/api/v1/users/register"], success: [.created], maximumBodySize: smallBody,
        problems: [.emailTaken])

    /// Logs in with a password.
    package static let logIn = Endpoint<Login, TokenAnswer>(
        .post, "/api/v1/auth/login", name: "logIn", owner: .auth, summary: "Log in",
        auth: .public, rate: .credentials, aliases: ["/api/v1/users/login"], replays: false, maximumBodySize: smallBody,
        problems: [.invalidCredentials, .userSuspended])

    /// Exchanges a refresh token for new tokens; each refresh token works once.
    package static let refresh = Endpoint<RefreshRequest, TokenAnswer>(
        .post, "/api/v1/auth/refresh", name: "refreshTokens", owner: .auth, summary: "Exchange a refresh token for new tokens",
        auth: .public, rate: .credentials, replays: false, maximumBodySize: smallBody,
        problems: [.invalidToken])

    /// Ends the session of the token that is sent.
    package static let logOut = Endpoint<NoContent, NoContent>(
        .post, "/api/v1/auth/logout", name: "logOut", owner: .auth, summary: "End the session",
        auth: .authenticated, replays: false, success: [.noContent], maximumBodySize: smallBody)

    /// Who the token stands for.
    package static let me = Endpoint<NoContent, User>(
        .get, "/api/v1/auth/me", name: "getMe", owner: .auth, summary: "Who I am", auth: .authenticated)

    /// The token endpoint of OAuth 2 (RFC 6749, RFC 8693). Failures are an `OAuthError`.
    package static let token = Endpoint<TokenRequest, OAuthToken>(
        .post, "/oauth/token", name: "issueToken", owner: .auth, summary: "OAuth 2 token endpoint",
        auth: .public, rate: .credentials, takes: .form, replays: false, maximumBodySize: smallBody)

    /// The keys that sign access tokens (RFC 7517).
    package static let keys = Endpoint<NoContent, JSONWebKeySet>(
        .get, "/.well-known/jwks.json", name: "getKeys", owner: .auth, summary: "The keys that sign access tokens", auth: .public)

    /// The metadata of the authorization server (OpenID Connect Discovery 1.0, RFC 8414).
    package static let discovery = Endpoint<NoContent, ServerMetadata>(
        .get, "/.well-known/openid-configuration", name: "getServerMetadata", owner: .auth,
        summary: "Metadata of the authorization server", auth: .public)

    /// What was revoked since a cursor; every verifier of tokens polls it.
    package static let revocations = Endpoint<RevocationQuery, RevocationPage>(
        .get, "/internal/v1/revocations", name: "listRevocations", owner: .auth, summary: "What was revoked since a cursor",
        auth: .service(.tokensInspect), visibility: .internal)

    private static let smallBody = 16 * 1024

    /// Every endpoint of auth.
    package static let all: [EndpointDescription] = [
        register.description, logIn.description, refresh.description, logOut.description, me.description,
        token.description, keys.description, discovery.description, revocations.description,
    ]
}
