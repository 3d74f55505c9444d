/// The items of a query or of a form (`application/x-www-form-urlencoded`), in order.
package struct HTTPQuery: Hashable, Sendable {
    /// One item.
    package struct Item: Hashable, Sendable {
        /// The decoded name.
        package var name: String
        /// The decoded value; empty when there is no `=`.
        package var value: String

        /// An item.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The items in order.
    package var items: [Item]

    /// These items.
    package init(items: [Item] = []) {
        self.items = items
    }

    /// Decodes `a=1&b=2`; `+` is a space, empty parts are skipped.
    package init(decoding text: some StringProtocol) throws(PercentEncodingError) {
        items = []
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = try PercentEncoding.decode(part[..<(equals ?? part.endIndex)], plusIsSpace: true)
            var value = ""
            if let equals { value = try PercentEncoding.decode(part[part.index(after: equals)...], plusIsSpace: true) }
            items.append(Item(name: name, value: value))
        }
    }

    /// The value of the first item of this name, or nil.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// The items as they are sent.
    package var encoded: String {
        items.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }.joined(separator: "&")
    }
}
