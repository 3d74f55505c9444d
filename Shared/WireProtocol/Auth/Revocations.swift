package import JSON

/// Where in the revocations to begin.
package struct RevocationQuery: Codable, Sendable, Hashable, WireRules {
    /// `cursor` of the answer before; absent for what still matters.
    package var after: String?
    package var limit: Int?

    package init(after: String? = nil, limit: Int? = nil) {
        self.after = after
        self.limit = limit
    }

    package static var rules: [Rule] {
        [.length(CodingKeys.after, 1...100), .range(CodingKeys.limit, 1...10_000), .defaultValue(CodingKeys.limit, 1000)]
    }
}

/// Revocations in the order in which they became visible, without gaps.
package struct RevocationPage: Codable, Sendable, Hashable {
    package var data: [Revocation]
    /// `after` of the next request; also when there is nothing new.
    package var cursor: String
    package var hasMore: Bool

    package init(data: [Revocation], cursor: String, hasMore: Bool) {
        self.data = data
        self.cursor = cursor
        self.hasMore = hasMore
    }
}

/// Something whose tokens are no longer good.
package struct Revocation: Codable, Sendable, Hashable {
    package var kind: RevokedKind
    /// A `SessionID` or a `UserID`.
    package var subject: String
    /// Tokens issued before this moment are no longer good.
    package var revokedAt: Timestamp
    /// When the last such token ends by itself, and this may be forgotten.
    package var expiresAt: Timestamp

    package init(kind: RevokedKind, subject: String, revokedAt: Timestamp, expiresAt: Timestamp) {
        self.kind = kind
        self.subject = subject
        self.revokedAt = revokedAt
        self.expiresAt = expiresAt
    }
}

/// What a revocation is about.
package enum RevokedKind: String, WireEnum {
    case session, user, unknown
}
