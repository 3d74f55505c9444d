internal import JSON

/// A public key as JSON (RFC 7517), of the form that Ed25519 keys have (RFC 8037). Keys of other forms can be read but yield no key.
package struct JSONWebKey: Codable, Sendable, Equatable {
    /// Key type: `OKP`.
    package let kty: String
    /// Curve: `Ed25519`.
    package let crv: String?
    /// The 32 bytes of the public key in base 64 for URLs.
    package let x: String?
    /// The id that headers name.
    package let kid: String?
    /// `EdDSA`.
    package let alg: String?
    /// `sig`.
    package let use: String?

    /// The form of a key that signs; the id is its thumbprint when none is given.
    package init(_ key: Ed25519PublicKey, keyID: String? = nil) {
        kty = "OKP"
        crv = "Ed25519"
        x = Base64URL.encode(key.rawBytes)
        kid = keyID ?? JSONWebKey.thumbprint(of: key)
        alg = "EdDSA"
        use = "sig"
    }

    /// The Ed25519 key; nil for a key of another kind, for another use, or of a wrong length.
    package var publicKey: Ed25519PublicKey? {
        guard kty == "OKP", crv == "Ed25519", alg == nil || alg == "EdDSA" || alg == "Ed25519", use == nil || use == "sig",
            let bytes = x.flatMap({ Base64URL.decode($0) })
        else { return nil }
        return try? Ed25519PublicKey(rawBytes: bytes)
    }

    /// The RFC 7638 thumbprint, which names a key by its content.
    package static func thumbprint(of key: Ed25519PublicKey) -> String {
        let text = #"{"crv":"Ed25519","kty":"OKP","x":""# + Base64URL.encode(key.rawBytes) + #""}"#
        return Base64URL.encode(SHA256.digest(of: text).bytes)
    }
}

/// A JSON Web Key Set: the keys that an issuer signs with at present, and those whose tokens are still about.
package struct JSONWebKeySet: Codable, Sendable, Equatable {
    /// In the issuer's order.
    package let keys: [JSONWebKey]

    /// Takes the keys.
    package init(keys: [JSONWebKey]) { self.keys = keys }

    /// The set that a JSON document holds.
    package init(json: [UInt8]) throws { self = try JSONCodec.decode(JSONWebKeySet.self, from: json, unknownFields: .ignored) }

    /// The JSON document.
    package func json() throws -> [UInt8] { try JSONCodec.encode(self) }

    /// The Ed25519 keys by id, ready for a verifier; keys of other kinds and without an id are left out.
    package var verificationKeys: [String: JWTVerificationKey] {
        var found: [String: JWTVerificationKey] = [:]
        for key in keys {
            if let id = key.kid, let publicKey = key.publicKey { found[id] = .ed25519(publicKey) }
        }
        return found
    }
}
