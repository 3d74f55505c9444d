internal import JSON

/// Verifies JSON Web Tokens strictly: a known key by `kid`, that key's own algorithm, the expected `typ`, then signature, times, issuer
/// and audience. Nothing in a token can choose how it is verified: keys inside headers, `none` and critical extensions are refused.
package struct JWTVerifier: Sendable {
    /// The longest token that is read, in bytes.
    package static let longestToken = 8192

    private let keys: [String: JWTVerificationKey]
    private let type: String
    private let issuer: String
    private let audience: String
    private let leeway: Int

    /// Takes the keys by `kid` and what every token must say; `leeway` is the clock difference in seconds that is forgiven.
    package init(keys: [String: JWTVerificationKey], type: String, issuer: String, audience: String, leeway: Int = 0) {
        self.keys = keys
        self.type = type.lowercased()
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
    }

    /// The claims of a token that holds at `now`, in seconds since 1970.
    package func verify<Claims: Decodable>(_ token: String, as claims: Claims.Type = Claims.self, now: Int) throws(JWTError) -> Claims {
        let bytes = Array(token.utf8)
        guard bytes.count <= JWTVerifier.longestToken else { throw .malformed }
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(utf8: parts[0]), let payload = Base64URL.decode(utf8: parts[1]),
            let signature = Base64URL.decode(utf8: parts[2])
        else { throw .malformed }
        let key = try key(for: JWTVerifier.object(header))
        guard key.isValid(signature, for: Array(bytes[..<parts[1].endIndex])) else { throw .invalidSignature }
        try check(JWTVerifier.object(payload), now: Double(now))
        do {
            return try JSONCodec.decode(claims, from: payload, unknownFields: .ignored)
        } catch {
            throw .invalidClaims
        }
    }

    private static func object(_ bytes: [UInt8]) throws(JWTError) -> JSONValue {
        guard let value = try? JSONCodec.decode(JSONValue.self, from: bytes, unknownFields: .ignored), value.members != nil else {
            throw .malformed
        }
        return value
    }

    private func key(for header: JSONValue) throws(JWTError) -> JWTVerificationKey {
        guard let algorithm = header["alg"]?.string, header["crit"] == nil else { throw .unsupportedAlgorithm }
        // RFC 7515, 4.1.9: a media type in which "application/" may be left out; case does not matter.
        guard let named = header["typ"]?.string?.lowercased(), named == type || named == "application/" + type else { throw .wrongType }
        guard let keyID = header["kid"]?.string else { throw .malformed }
        guard let key = keys[keyID] else { throw .unknownKey(keyID) }
        guard algorithm == key.algorithm else { throw .unsupportedAlgorithm }
        return key
    }

    private func check(_ claims: JSONValue, now: Double) throws(JWTError) {
        guard let expires = claims["exp"]?.double else { throw .invalidClaims }
        guard now < expires + Double(leeway) else { throw .expired }
        if let value = claims["nbf"] {
            guard let begins = value.double else { throw .invalidClaims }
            guard now >= begins - Double(leeway) else { throw .notYetValid }
        }
        guard claims["iss"]?.string == issuer else { throw .wrongIssuer }
        let named = claims["aud"]?.elements ?? claims["aud"].map { [$0] } ?? []
        guard named.contains(.string(audience)) else { throw .wrongAudience }
    }
}
