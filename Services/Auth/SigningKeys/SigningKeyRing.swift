internal import Cryptography
internal import WireProtocol

/// The keys of the installation as one loop holds them: which one signs, and which are published.
struct SigningKeyRing {
    /// A key with its private half opened.
    struct Key {
        let id: String
        let privateKey: Ed25519PrivateKey
        /// Microseconds since 1970.
        let signsFrom: Int64
    }

    private let signers: [(signsFrom: Int64, signer: JWTSigner)]
    /// What is published.
    let published: WireProtocol.JSONWebKeySet

    init(_ keys: [Key]) throws {
        signers = try keys.map { key in
            (key.signsFrom, try JWTSigner(key: .ed25519(key.privateKey), keyID: key.id, type: AccessTokenIssuer.type))
        }
        published = WireProtocol.JSONWebKeySet(
            keys: keys.map { key in
                WireProtocol.JSONWebKey(
                    kty: "OKP", crv: "Ed25519", x: Base64URL.encode(key.privateKey.publicKey.rawBytes), kid: key.id, use: "sig",
                    alg: "EdDSA")
            })
    }

    /// The key that signs at a time; nil while there is none.
    func signer(at now: Int64) -> JWTSigner? {
        SigningKeySchedule.signing(signsFrom: signers.map(\.signsFrom), now: now).map { signers[$0].signer }
    }
}
