/// An Ed25519 key that signs (RFC 8032). The printed form shows nothing of it.
package final class Ed25519PrivateKey: Sendable, CustomStringConvertible {
    private let handle: KeyHandle

    /// The 32-byte seed, to be kept sealed.
    package let rawBytes: [UInt8]

    /// The key that verifies what this one signs.
    package let publicKey: Ed25519PublicKey

    /// Takes a 32-byte seed; any other length is an `invalidKey`.
    package init(rawBytes: [UInt8]) throws(CryptographyError) {
        handle = try KeyHandle(privateKey: rawBytes)
        publicKey = try Ed25519PublicKey(rawBytes: handle.publicKeyBytes())
        self.rawBytes = rawBytes
    }

    /// A new key from random bytes.
    package static func generate() throws(CryptographyError) -> Ed25519PrivateKey {
        try Ed25519PrivateKey(rawBytes: RandomBytes.make(count: KeyHandle.keyLength))
    }

    /// The 64-byte signature of a message.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] { try handle.sign(message) }

    package var description: String { "Ed25519PrivateKey" }
}
