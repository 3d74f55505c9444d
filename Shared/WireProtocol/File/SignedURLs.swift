package import JSON

/// How long a signed address is to work.
package struct SignURL: Codable, Sendable, Hashable, WireRules {
    /// In seconds.
    package var expiresIn: Int

    package init(expiresIn: Int) {
        self.expiresIn = expiresIn
    }

    package static var rules: [Rule] {
        [.range(CodingKeys.expiresIn, 1...604_800), .describe(CodingKeys.expiresIn, "In seconds; at most seven days.", example: 3600)]
    }
}

/// An address that needs no token.
package struct SignedURL: Codable, Sendable, Hashable {
    package var url: String
    package var expiresAt: Timestamp

    package init(url: String, expiresAt: Timestamp) {
        self.url = url
        self.expiresAt = expiresAt
    }
}

/// What a signed address carries.
package struct SignedQuery: Codable, Sendable, Hashable, WireRules {
    /// When it ends, in seconds since 1970.
    package var expires: Int
    package var signature: String

    package static var rules: [Rule] {
        [.range(CodingKeys.expires, 0...253_402_300_799), .length(CodingKeys.signature, 16...256)]
    }
}
