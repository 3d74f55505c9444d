package import JSON

/// A new account.
package struct Registration: Codable, Sendable, Hashable, WireRules {
    package var email: String
    package var password: String
    package var displayName: String

    package init(email: String, password: String, displayName: String) {
        self.email = email
        self.password = password
        self.displayName = displayName
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.email, 3...254), .describe(CodingKeys.email, "Compared without regard to case.", example: "ada@example.com"),
            .length(CodingKeys.password, 8...1024),
            .describe(CodingKeys.password, "At least 8 characters.", example: "correct horse battery"),
            .length(CodingKeys.displayName, 1...200), .describe(CodingKeys.displayName, "What others see.", example: "Ada"),
        ]
    }
}

/// A log-in with a password.
package struct Login: Codable, Sendable, Hashable, WireRules {
    package var email: String
    package var password: String

    package init(email: String, password: String) {
        self.email = email
        self.password = password
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.email, 3...254), .describe(CodingKeys.email, "As registered.", example: "ada@example.com"),
            .length(CodingKeys.password, 1...1024), .describe(CodingKeys.password, "As registered.", example: "correct horse battery"),
        ]
    }
}

/// An exchange of a refresh token.
package struct RefreshRequest: Codable, Sendable, Hashable, WireRules {
    package var refreshToken: String

    package static var rules: [Rule] { [.length(CodingKeys.refreshToken, 1...512)] }
}

/// A person.
package struct User: Codable, Sendable, Hashable {
    package var id: UserID
    package var email: String
    package var displayName: String
    package var organizationID: OrganizationID
    package var roles: [String]
    package var createdAt: Timestamp

    package init(
        id: UserID, email: String, displayName: String, organizationID: OrganizationID, roles: [String], createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.displayName = displayName
        self.organizationID = organizationID
        self.roles = roles
        self.createdAt = createdAt
    }
}

/// The tokens of a session, and whose it is.
package struct TokenAnswer: Codable, Sendable, Hashable, WireRules {
    package var user: User
    package var accessToken: String
    package var refreshToken: String
    /// Always `Bearer`.
    package var tokenType: String
    /// How many seconds the access token lives.
    package var expiresIn: Int

    package init(user: User, accessToken: String, refreshToken: String, expiresIn: Int) {
        self.user = user
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        tokenType = "Bearer"
        self.expiresIn = expiresIn
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.tokenType, "Always `Bearer`.", example: "Bearer"),
            .describe(CodingKeys.expiresIn, "How many seconds the access token lives.", example: 1800),
        ]
    }
}
