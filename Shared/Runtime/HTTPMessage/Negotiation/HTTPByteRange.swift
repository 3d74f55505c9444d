/// What a `Range` field asks for.
package enum HTTPByteRange: Hashable, Sendable {
    /// No range, several ranges, another unit or a malformed field: the whole content is the answer.
    case whole
    /// These bytes, which lie within the content; never empty.
    case part(Range<Int>)
    /// A range that lies outside the content (416).
    case unsatisfiable

    /// Reads the value of a `Range` field for a content of `length` bytes.
    package init(_ field: String?, length: Int) {
        self = .whole
        guard let field, let equals = field.utf8.firstIndex(of: UInt8(ascii: "=")),
            FieldCharacters.equal(field.utf8[..<equals], lowercased: "bytes")
        else { return }
        let bounds = field[field.utf8.index(after: equals)...].split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return }
        let first = DecimalDigits.parse(bounds[0])
        let last = DecimalDigits.parse(bounds[1])
        switch (first, last) {
        case (nil, let suffix?) where bounds[0].isEmpty:
            self = suffix == 0 || length == 0 ? .unsatisfiable : .part(max(0, length - suffix)..<length)
        case (let first?, nil) where bounds[1].isEmpty:
            self = first < length ? .part(first..<length) : .unsatisfiable
        case (let first?, let last?) where first <= last:
            self = first < length ? .part(first..<(min(last, length - 1) + 1)) : .unsatisfiable
        default:
            break
        }
    }
}

/// The value of a `Content-Range` field: `bytes 0-99/1000`.
package struct HTTPContentRange: Hashable, Sendable, CustomStringConvertible {
    /// The bytes that the message holds; nil when the range could not be satisfied (`bytes */1000`).
    package var range: Range<Int>?
    /// The length of the whole content; nil when it is not known.
    package var length: Int?

    /// These bytes of a content of this length.
    package init(range: Range<Int>?, length: Int?) {
        self.range = range
        self.length = length
    }

    /// Reads a field value; nil when it is malformed or contradicts itself.
    package init?(_ field: String) {
        let parts = field.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, FieldCharacters.equal(parts[0].utf8, lowercased: "bytes") else { return nil }
        let sides = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        length = DecimalDigits.parse(sides[1])
        guard length != nil || sides[1] == "*" else { return nil }
        range = nil
        if sides[0] == "*" {
            guard length != nil else { return nil }
            return
        }
        let bounds = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let first = DecimalDigits.parse(bounds[0]), let last = DecimalDigits.parse(bounds[1]),
            first <= last, last < length ?? Int.max
        else { return nil }
        range = first..<(last + 1)
    }

    /// The field value.
    package var description: String {
        let bounds = range.map { "\($0.lowerBound)-\($0.upperBound - 1)" } ?? "*"
        return "bytes \(bounds)/\(length.map(String.init) ?? "*")"
    }
}
