package import Cryptography

/// An opaque refresh token: 32 random bytes in a text with a prefix that secret scanners can find. Only its hash is stored.
package struct RefreshToken: Sendable {
    /// What the client holds.
    package let text: String

    /// Takes 32 random bytes.
    package init(randomBytes: [UInt8]) { text = RefreshToken.prefix + Base64URL.encode(randomBytes) }

    /// What is stored.
    package var hash: SHA256Digest { SHA256.digest(of: text) }

    /// The hash of what a client sent; nil for a text that was never given out.
    package static func hash(of text: String) -> SHA256Digest? {
        guard text.hasPrefix(prefix), Base64URL.decode(text.dropFirst(prefix.count))?.count == 32 else { return nil }
        return SHA256.digest(of: text)
    }

    private static let prefix = "trr_"
}
