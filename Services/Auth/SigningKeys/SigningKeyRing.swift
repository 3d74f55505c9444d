internal import Cryptography
internal import ServiceKit
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
    let published: JSONWebKeySet

    init(_ keys: [Key]) throws {
        signers = try keys.map { key in
            (key.signsFrom, try JWTSigner(key: .ed25519(key.privateKey), keyID: key.id, type: AccessTokenIssuer.type))
        }
        published = JSONWebKeySet(keys: keys.map { JSONWebKey($0.privateKey.publicKey, id: $0.id) })
    }

    /// The key that signs at a time; nil while there is none.
    func signer(at now: Int64) -> JWTSigner? {
        SigningKeySchedule.signing(signsFrom: signers.map(\.signsFrom), now: now).map { signers[$0].signer }
    }
}
