package import Cryptography

/// The secret of an API key: 20 random bytes in hexadecimal behind one of two prefixes, the second being that of E2B's programs.
package struct APIKeySecret: Sendable {
    private let digits: String

    /// Takes 20 random bytes.
    package init(randomBytes: [UInt8]) { digits = Hexadecimal.encode(randomBytes) }

    /// Nil for what can be no secret.
    package init?(_ text: String) {
        guard let prefix = Self.prefixes.first(where: text.hasPrefix) else { return nil }
        digits = String(text.dropFirst(prefix.count))
        guard digits.utf8.count == 40, digits.utf8.allSatisfy(Self.isDigit) else { return nil }
    }

    /// In our own shape.
    package var text: String { "trp_" + digits }
    /// In the shape of E2B's keys.
    package var e2bText: String { "e2b_" + digits }
    /// How it begins, to tell keys apart.
    package var hint: String { String(digits.prefix(8)) }
    /// What is stored: the same for both shapes.
    package var hash: SHA256Digest { SHA256.digest(of: digits) }

    private static let prefixes = ["trp_", "e2b_"]

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
