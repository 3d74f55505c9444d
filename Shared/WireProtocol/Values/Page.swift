package import JSON

/// One page of a list, and where the next one begins.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    package var data: [Item]
    /// What `cursor` of the next request is; null on the last page.
    package var nextCursor: String?
    package var hasMore: Bool

    /// A page; it has more when there is a cursor.
    package init(data: [Item], nextCursor: String?) {
        self.data = data
        self.nextCursor = nextCursor
        hasMore = nextCursor != nil
    }

    private enum CodingKeys: String, CodingKey { case data, nextCursor, hasMore }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        data = try container.decode([Item].self, forKey: .data)
        nextCursor = try container.decode(String?.self, forKey: .nextCursor)
        hasMore = try container.decode(Bool.self, forKey: .hasMore)
    }

    /// Writes the cursor even when it is null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(data, forKey: .data)
        try container.encode(nextCursor, forKey: .nextCursor)
        try container.encode(hasMore, forKey: .hasMore)
    }
}

extension Page: Equatable where Item: Equatable {}

/// The query of a list, whatever it is filtered by.
package protocol ListQuery {
    /// At most this many; 20 when absent.
    var limit: Int? { get }
}

extension ListQuery {
    /// The limit with its default.
    package var effectiveLimit: Int { limit ?? 20 }
}

/// The query of a list: how many, and from where.
package struct PageQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    package static var rules: [Rule] {
        [
            .range(CodingKeys.limit, 1...100), .defaultValue(CodingKeys.limit, 20),
            .describe(CodingKeys.limit, "How many at most."),
            .length(CodingKeys.cursor, 1...512), .describe(CodingKeys.cursor, "`next_cursor` of the page before."),
        ]
    }
}
