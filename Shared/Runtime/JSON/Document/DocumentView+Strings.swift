extension DocumentView {
    /// The text of a string or key, unescaped.
    func string(at node: Int) -> String {
        let entry = self[node]
        let text = text(entry)
        guard entry.kind == .escapedString else {
            return String(copying: UTF8Span(unchecked: Span(_unsafeElements: text), isKnownASCII: entry.isASCII))
        }
        return String(unsafeUninitializedCapacity: text.count) { unescape(Span(_unsafeElements: text), into: $0) }
    }

    /// The same as bytes.
    func utf8(at node: Int) -> [UInt8] {
        let entry = self[node]
        let text = text(entry)
        guard entry.kind == .escapedString else { return Array(text) }
        return unescaped(Span(_unsafeElements: text))
    }

    /// Whether a string or key is exactly these bytes.
    @inline(__always)
    func equals(_ node: Int, _ expected: Span<UInt8>) -> Bool {
        let entry = self[node]
        guard entry.kind == .escapedString else { return isEqual(Span(_unsafeElements: text(entry)), expected) }
        return equalsUnescaped(node, expected)
    }

    @inline(never)
    private func equalsUnescaped(_ node: Int, _ expected: Span<UInt8>) -> Bool {
        let unescaped = utf8(at: node)
        return isEqual(unescaped.span, expected)
    }

    /// How many Unicode scalars a string has.
    func characterCount(at node: Int) -> Int {
        let entry = self[node]
        guard entry.kind == .escapedString else {
            return entry.isASCII ? entry.range.count : Self.characterCount(Span(_unsafeElements: text(entry)))
        }
        let unescaped = utf8(at: node)
        return Self.characterCount(unescaped.span)
    }

    private static func characterCount(_ bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}

@inline(__always)
func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[unchecked: index] != right[unchecked: index] { return false }
    return true
}
