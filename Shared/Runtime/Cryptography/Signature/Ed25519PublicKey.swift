/// An Ed25519 key that verifies (RFC 8032).
package final class Ed25519PublicKey: Sendable, Equatable {
    private let handle: KeyHandle

    /// The 32 bytes of the encoded point.
    package let rawBytes: [UInt8]

    /// Takes the 32 bytes of an encoded point; any other length is an `invalidKey`.
    package init(rawBytes: [UInt8]) throws(CryptographyError) {
        handle = try KeyHandle(publicKey: rawBytes)
        self.rawBytes = rawBytes
    }

    /// The RFC 7638 thumbprint of its JSON form (RFC 8037), which names a key by its content.
    package var thumbprint: String {
        Base64URL.encode(SHA256.digest(of: #"{"crv":"Ed25519","kty":"OKP","x":""# + Base64URL.encode(rawBytes) + #""}"#).bytes)
    }

    /// Whether the signature belongs to the message; a signature of a wrong length or form is simply not valid.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool { handle.isValid(signature, for: message) }

    /// Equal when the encoded points are.
    package static func == (left: Ed25519PublicKey, right: Ed25519PublicKey) -> Bool { left.rawBytes == right.rawBytes }
}
