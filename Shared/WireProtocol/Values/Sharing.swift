package import JSON

/// Who sees something besides its owner.
package enum Sharing: String, WireEnum {
    /// Nobody.
    case `private`
    /// Everybody of the owner's organisation.
    case organization
    case unknown
}

/// What all lists of things that can be shared are filtered by.
package struct SharedThingsQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// True: only the caller's own; false: only what others share.
    package var mine: Bool?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package static var rules: [Rule] { PageQuery.rules + [.describe(CodingKeys.mine, mineMeaning)] }

    static let mineMeaning = "`true`: only my own; `false`: only what others of my organisation share."
}
