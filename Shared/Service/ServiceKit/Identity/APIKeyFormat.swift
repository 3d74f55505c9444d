/// How an API key looks: `trp_`, or `e2b_` as E2B's programs want it, and 40 hexadecimal digits in lower case.
package enum APIKeyFormat {
    /// What it begins with; the digits are the key, whichever of the two stands before them.
    package static let prefixes = ["trp_", "e2b_"]
    /// The number of its digits.
    package static let digitCount = 40

    private static let prefixBytes = prefixes.map { Array($0.utf8) }

    /// Whether a text begins as a key does, so that it is meant as one.
    package static func isIntended(by text: ArraySlice<UInt8>) -> Bool { prefixBytes.contains { text.starts(with: $0) } }

    /// The digits of a key; nil for what can be none.
    package static func digits(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let prefix = prefixBytes.first(where: { text.starts(with: $0) }) else { return nil }
        let digits = text.dropFirst(prefix.count)
        guard digits.count == digitCount, digits.allSatisfy(isDigit) else { return nil }
        return digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
