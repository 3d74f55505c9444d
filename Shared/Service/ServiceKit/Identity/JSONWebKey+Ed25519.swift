package import Cryptography
package import WireProtocol

extension JSONWebKey {
    /// How an Ed25519 key that verifies signatures is published (RFC 8037).
    package init(_ key: Ed25519PublicKey, id: String) {
        self.init(kty: "OKP", crv: "Ed25519", x: Base64URL.encode(key.rawBytes), kid: id, use: "sig", alg: "EdDSA")
    }

    /// What verifies the signatures of this key; nil for a key of another kind, for another use, or of a wrong length.
    package var verificationKey: JWTVerificationKey? {
        guard kty == "OKP", crv == "Ed25519", use == "sig", alg == "EdDSA", let bytes = Base64URL.decode(x),
            let key = try? Ed25519PublicKey(rawBytes: bytes)
        else { return nil }
        return .ed25519(key)
    }
}
