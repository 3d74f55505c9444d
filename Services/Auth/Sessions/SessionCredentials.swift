internal import HTTPMessage
internal import WireProtocol

/// The tokens of a session as they are given out, once: nothing keeps them, and no cache may.
struct SessionCredentials: Sendable {
    let person: PersonRecord
    let accessToken: String
    let refreshToken: RefreshToken
    let scope: Scope

    /// The answer of the API's own endpoints.
    var answer: TokenAnswer {
        TokenAnswer(user: person.user, accessToken: accessToken, refreshToken: refreshToken.text, expiresIn: TokenLifetimes.access)
    }

    /// The answer of the token endpoint.
    var oauthAnswer: OAuthToken {
        OAuthToken(accessToken: accessToken, expiresIn: TokenLifetimes.access, refreshToken: refreshToken.text, scope: scope.text)
    }

    /// The header fields of every answer with credentials.
    static let fields: HTTPFields = [.cacheControl: "no-store"]
}
