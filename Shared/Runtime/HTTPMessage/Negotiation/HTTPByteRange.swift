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
