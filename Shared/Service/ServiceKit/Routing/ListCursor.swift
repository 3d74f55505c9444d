package import WireProtocol

/// The cursors of lists. To clients they are opaque texts; here they name the last item of a page by what the list is sorted by.
package enum ListCursor {
    /// Reads a cursor; a problem 422 when it is none of this list.
    package static func read<Position>(_ text: String, _ parse: (String) -> Position?) throws -> Position {
        guard let position = parse(text) else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/cursor", detail: "is not a cursor of this list")])
        }
        return position
    }

    /// Two values in one cursor.
    package static func join(_ first: some CustomStringConvertible, _ second: some CustomStringConvertible) -> String {
        "\(first).\(second)"
    }

    /// The two values of a cursor; nil when it has not two parts that can be read.
    package static func split<First, Second>(
        _ text: String, _ first: (String) -> First?, _ second: (String) -> Second?
    ) -> (First, Second)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let one = first(String(parts[0])), let other = second(String(parts[1])) else { return nil }
        return (one, other)
    }
}

extension Page {
    /// A page of the first `limit` items of a query that asked for one more, to know whether there is more.
    package init(_ items: [Item], limit: Int, cursor: (Item) -> String) {
        let page = Array(items.prefix(limit))
        self.init(data: page, nextCursor: items.count > limit ? page.last.map(cursor) : nil)
    }
}
