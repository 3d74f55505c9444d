package import Cryptography
internal import ServiceKit

/// The secret of an API key: 20 random bytes in hexadecimal behind one of two prefixes, the second being that of E2B's programs.
package struct APIKeySecret: Sendable {
    private let digits: String

    /// Takes 20 random bytes.
    package init(randomBytes: [UInt8]) { digits = Hexadecimal.encode(randomBytes) }

    /// Nil for what can be no secret.
    package init?(_ text: String) {
        guard let digits = APIKeyFormat.digits(of: Array(text.utf8)[...]) else { return nil }
        self.digits = String(decoding: digits, as: UTF8.self)
    }

    /// In our own shape.
    package var text: String { "trp_" + digits }
    /// In the shape of E2B's keys.
    package var e2bText: String { "e2b_" + digits }
    /// How it begins, to tell keys apart.
    package var hint: String { String(digits.prefix(8)) }
    /// What is stored: the same for both shapes.
    package var hash: SHA256Digest { SHA256.digest(of: digits) }
}
