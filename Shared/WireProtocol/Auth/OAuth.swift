package import JSON

/// How a token is asked for.
package enum GrantType: String, WireEnum {
    case password
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
    case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    case unknown

    /// Any text, because the standard has an error of its own for a grant that is not supported.
    package static var schema: JSONValue {
        ["type": "string", "minLength": 1, "maxLength": 100, "examples": .array(known.map { .string($0.rawValue) })]
    }
}

/// The form of the token endpoint. Which fields are needed follows from the grant; a program may identify itself by HTTP Basic instead of
/// `client_id` and `client_secret`.
package struct TokenRequest: Codable, Sendable, Hashable, WireRules {
    package var grantType: GrantType
    package var username: String?
    package var password: String?
    package var refreshToken: String?
    package var clientID: String?
    package var clientSecret: String?
    /// The permissions wished for, separated by spaces.
    package var scope: String?
    package var audience: String?
    package var resource: String?
    /// For an exchange: whom the new token is to stand for, as `subject_token_type` says.
    package var subjectToken: String?
    package var subjectTokenType: TokenType?
    package var actorToken: String?
    package var actorTokenType: TokenType?
    package var requestedTokenType: TokenType?

    package init(
        grantType: GrantType, username: String? = nil, password: String? = nil, refreshToken: String? = nil,
        clientID: String? = nil, clientSecret: String? = nil, scope: String? = nil, audience: String? = nil,
        resource: String? = nil, subjectToken: String? = nil, subjectTokenType: TokenType? = nil, actorToken: String? = nil,
        actorTokenType: TokenType? = nil, requestedTokenType: TokenType? = nil
    ) {
        self.grantType = grantType
        self.username = username
        self.password = password
        self.refreshToken = refreshToken
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scope = scope
        self.audience = audience
        self.resource = resource
        self.subjectToken = subjectToken
        self.subjectTokenType = subjectTokenType
        self.actorToken = actorToken
        self.actorTokenType = actorTokenType
        self.requestedTokenType = requestedTokenType
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.username, 1...254), .length(CodingKeys.password, 1...1024), .length(CodingKeys.refreshToken, 1...512),
            .length(CodingKeys.clientID, 1...200), .length(CodingKeys.clientSecret, 1...512), .length(CodingKeys.scope, 0...2000),
            .length(CodingKeys.audience, 1...500), .length(CodingKeys.resource, 1...500),
            .length(CodingKeys.subjectToken, 1...8192), .length(CodingKeys.actorToken, 1...8192),
        ]
    }
}

/// What a token in an exchange is (RFC 8693, section 3).
package enum TokenType: String, WireEnum {
    case accessToken = "urn:ietf:params:oauth:token-type:access_token"
    case refreshToken = "urn:ietf:params:oauth:token-type:refresh_token"
    /// JSON of `DelegationSubject`: the claims that a service verified when a person asked for work that outlives the token.
    case verifiedClaims = "urn:troupe:params:oauth:token-type:verified_claims"
    case unknown
}

/// For whom a service goes on working after their token has ended.
package struct DelegationSubject: Codable, Sendable, Hashable, WireRules {
    package var userID: UserID
    package var organizationID: OrganizationID
    package var sessionID: SessionID
    /// The permissions that the person's token had.
    package var scopes: [String]

    package init(userID: UserID, organizationID: OrganizationID, sessionID: SessionID, scopes: [String]) {
        self.userID = userID
        self.organizationID = organizationID
        self.sessionID = sessionID
        self.scopes = scopes
    }

    package static var rules: [Rule] { [.count(CodingKeys.scopes, 0...100), .elementLength(CodingKeys.scopes, 1...100)] }
}

/// The answer of the token endpoint (RFC 6749, section 5.1).
package struct OAuthToken: Codable, Sendable, Hashable {
    package var accessToken: String
    /// Always `Bearer`.
    package var tokenType: String
    /// How many seconds the access token lives.
    package var expiresIn: Int
    package var refreshToken: String?
    package var scope: String?
    package var issuedTokenType: TokenType?

    package init(
        accessToken: String, expiresIn: Int, refreshToken: String? = nil, scope: String? = nil, issuedTokenType: TokenType? = nil
    ) {
        self.accessToken = accessToken
        tokenType = "Bearer"
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.scope = scope
        self.issuedTokenType = issuedTokenType
    }
}

/// Why the token endpoint refused (RFC 6749, section 5.2); status 400, or 401 when the program is not who it says.
package struct OAuthError: Codable, Sendable, Hashable, Error {
    package var error: OAuthErrorCode
    package var errorDescription: String?
    /// What the standard's codes are too coarse for: `delegation_refused` is for good, unlike other failed exchanges.
    package var code: ProblemCode?

    package init(error: OAuthErrorCode, errorDescription: String? = nil, code: ProblemCode? = nil) {
        self.error = error
        self.errorDescription = errorDescription
        self.code = code
    }
}

/// The codes of RFC 6749, section 5.2, and RFC 8693, section 2.2.2.
package enum OAuthErrorCode: String, WireEnum {
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope"
    case invalidTarget = "invalid_target"
    case temporarilyUnavailable = "temporarily_unavailable"
    case unknown
}
