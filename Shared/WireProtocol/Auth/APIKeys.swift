package import JSON

/// A new API key.
package struct CreateAPIKey: Codable, Sendable, Hashable, WireRules {
    /// What its owner calls it.
    package var name: String
    /// After how many days it ends by itself; never when absent.
    package var expiresInDays: Int?

    package init(name: String, expiresInDays: Int? = nil) {
        self.name = name
        self.expiresInDays = expiresInDays
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...100), .describe(CodingKeys.name, "What its owner calls it.", example: "notebook"),
            .range(CodingKeys.expiresInDays, 1...3650),
            .describe(CodingKeys.expiresInDays, "After how many days it ends by itself; never when absent."),
        ]
    }
}

/// An API key, without its secret.
package struct APIKey: Codable, Sendable, Hashable, WireRules {
    package var id: APIKeyID
    package var name: String
    /// How the secret begins, to tell keys apart.
    package var hint: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var lastUsedAt: Timestamp?

    package init(id: APIKeyID, name: String, hint: String, createdAt: Timestamp, expiresAt: Timestamp?, lastUsedAt: Timestamp?) {
        self.id = id
        self.name = name
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }

    package static var rules: [Rule] {
        [.describe(CodingKeys.hint, "How the secret begins, to tell keys apart.", example: "3f9a01bc")]
    }
}

/// A key that was just made: the only answer with its secret.
package struct CreatedAPIKey: Codable, Sendable, Hashable, WireRules {
    package var apiKey: APIKey
    /// For `Authorization: Bearer` and `X-API-Key`.
    package var secret: String
    /// The same secret in the shape that E2B's programs ask for.
    package var e2bSecret: String

    package init(apiKey: APIKey, secret: String, e2bSecret: String) {
        self.apiKey = apiKey
        self.secret = secret
        self.e2bSecret = e2bSecret
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.secret, "For `Authorization: Bearer` and `X-API-Key`; it is not shown again."),
            .describe(CodingKeys.e2bSecret, "The same secret in the shape that E2B's programs ask for."),
        ]
    }
}

/// Which of a person's keys.
package struct APIKeyQuery: Codable, Sendable, Hashable, WireRules {
    /// At most this many; as many as a person may have when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    /// How many keys a person may have.
    package static let mostKeys = 50

    package static var rules: [Rule] { PageQuery.rules + [.defaultValue(CodingKeys.limit, .int(mostKeys))] }
}

/// A secret to exchange for an access token.
package struct ExchangeAPIKey: Codable, Sendable, Hashable, WireRules {
    package var secret: String

    package init(secret: String) {
        self.secret = secret
    }

    package static var rules: [Rule] { [.length(CodingKeys.secret, 1...100)] }
}
