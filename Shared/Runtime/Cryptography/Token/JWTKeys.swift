/// A key that signs tokens. The algorithm belongs to the key, so a token can never choose it.
package enum JWTSigningKey: Sendable {
    case ed25519(Ed25519PrivateKey)
    /// A shared secret; RFC 7518 asks for at least 32 bytes.
    case hmac([UInt8])

    /// The `alg` of the header.
    package var algorithm: String {
        switch self {
        case .ed25519: "EdDSA"
        case .hmac: "HS256"
        }
    }

    /// The signature of a token's first two parts.
    package func sign(_ input: [UInt8]) throws(CryptographyError) -> [UInt8] {
        switch self {
        case .ed25519(let key): return try key.sign(input)
        case .hmac(let key):
            guard key.count >= JWTVerificationKey.shortestSecret else { throw .invalidKey("a token secret has at least 32 bytes") }
            return HMACSHA256.authenticationCode(of: input, key: key).bytes
        }
    }
}

/// A key that verifies tokens of its own algorithm alone.
package enum JWTVerificationKey: Sendable {
    case ed25519(Ed25519PublicKey)
    /// A shared secret; RFC 7518 asks for at least 32 bytes.
    case hmac([UInt8])

    static let shortestSecret = 32

    /// The `alg` that a header must name.
    package var algorithm: String {
        switch self {
        case .ed25519: "EdDSA"
        case .hmac: "HS256"
        }
    }

    /// Whether the signature belongs to a token's first two parts.
    package func isValid(_ signature: [UInt8], for input: [UInt8]) -> Bool {
        switch self {
        case .ed25519(let key): key.isValid(signature, for: input)
        case .hmac(let key): key.count >= JWTVerificationKey.shortestSecret && HMACSHA256.isValid(signature, for: input, key: key)
        }
    }
}
