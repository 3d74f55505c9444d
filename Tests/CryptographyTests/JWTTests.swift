import Cryptography
import Testing

struct JWTTests {
    struct Claims: Codable, Equatable {
        var iss: String? = "https://issuer.example"
        var aud: String? = "api"
        var sub: String? = "usr_1"
        var exp: Int? = 2000
        var nbf: Int?
        var clientID: String? = "console"
    }

    private let key: Ed25519PrivateKey
    private let secret = RandomBytes.make(count: 32)
    private let signer: JWTSigner
    private let verifier: JWTVerifier

    init() throws {
        key = try Ed25519PrivateKey.generate()
        signer = try JWTSigner(key: .ed25519(key), keyID: "k1", type: "at+jwt")
        verifier = JWTVerifier(
            keys: ["k1": .ed25519(key.publicKey), "k2": .hmac(secret)], type: "at+jwt", issuer: "https://issuer.example", audience: "api",
            leeway: 10)
    }

    private func refused(_ token: String, now: Int = 1000, as error: JWTError, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: error, sourceLocation: sourceLocation) { try verifier.verify(token, as: Claims.self, now: now) }
    }

    /// A token with any header and payload, signed with the real key.
    private func token(header: String, payload: String) throws -> String {
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8)))
    }

    private static let payload = #"{"iss":"https://issuer.example","aud":"api","exp":2000}"#

    @Test("claims come back from a token of either algorithm, with names in snake case")
    func roundTrip() throws {
        let token = try signer.sign(Claims())
        #expect(try verifier.verify(token, as: Claims.self, now: 1000) == Claims())
        let payload = try #require(Base64URL.decode(token.split(separator: ".")[1]))
        #expect(String(decoding: payload, as: UTF8.self).contains(#""client_id":"console""#))
        let symmetric = try JWTSigner(key: .hmac(secret), keyID: "k2", type: "at+jwt").sign(Claims())
        #expect(try verifier.verify(symmetric, as: Claims.self, now: 1000) == Claims())
    }

    @Test("a token with any byte changed is refused")
    func tampering() throws {
        let bytes = Array(try signer.sign(Claims()).utf8)
        for index in bytes.indices {
            var copy = bytes
            copy[index] = copy[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let text = String(decoding: copy, as: UTF8.self)
            #expect(throws: JWTError.self) { try verifier.verify(text, as: Claims.self, now: 1000) }
        }
        for length in bytes.indices {
            let text = String(decoding: bytes.prefix(length), as: UTF8.self)
            #expect(throws: JWTError.self) { try verifier.verify(text, as: Claims.self, now: 1000) }
        }
    }

    @Test("times are checked against the given time with the leeway")
    func times() throws {
        let token = try signer.sign(Claims(nbf: 500))
        for now in [490, 500, 1999, 2009] { #expect(try verifier.verify(token, as: Claims.self, now: now).exp == 2000) }
        for now in [2010, 3000] { refused(token, now: now, as: .expired) }
        for now in [0, 489] { refused(token, now: now, as: .notYetValid) }
        refused(try signer.sign(Claims(exp: nil)), as: .invalidClaims)
    }

    @Test("another issuer or audience is refused, a list of audiences is searched")
    func issuerAndAudience() throws {
        refused(try signer.sign(Claims(iss: "https://other.example")), as: .wrongIssuer)
        refused(try signer.sign(Claims(iss: nil)), as: .wrongIssuer)
        refused(try signer.sign(Claims(aud: "other")), as: .wrongAudience)
        refused(try signer.sign(Claims(aud: nil)), as: .wrongAudience)
        struct Several: Codable {
            var iss = "https://issuer.example", exp = 2000
            var aud: [String]
        }
        let token = try signer.sign(Several(aud: ["x", "api"]))
        #expect(try verifier.verify(token, as: Several.self, now: 1000).aud == ["x", "api"])
        refused(try signer.sign(Several(aud: [])), as: .wrongAudience)
    }

    @Test("a header that names another type, no key, an unknown key, or an extension is refused")
    func headers() throws {
        refused(try token(header: #"{"alg":"EdDSA","kid":"k1","typ":"JWT"}"#, payload: JWTTests.payload), as: .wrongType)
        refused(try token(header: #"{"alg":"EdDSA","kid":"k1"}"#, payload: JWTTests.payload), as: .wrongType)
        refused(try token(header: #"{"alg":"EdDSA","typ":"at+jwt"}"#, payload: JWTTests.payload), as: .malformed)
        refused(try token(header: #"{"alg":"EdDSA","kid":"k9","typ":"at+jwt"}"#, payload: JWTTests.payload), as: .unknownKey("k9"))
        refused(
            try token(header: #"{"alg":"EdDSA","kid":"k1","typ":"at+jwt","crit":["b64"],"b64":false}"#, payload: JWTTests.payload),
            as: .unsupportedAlgorithm)
        refused(try token(header: #"["EdDSA"]"#, payload: JWTTests.payload), as: .malformed)
        let media = try token(header: #"{"alg":"EdDSA","kid":"k1","typ":"application/AT+JWT"}"#, payload: JWTTests.payload)
        #expect(try verifier.verify(media, as: Claims.self, now: 1000).exp == 2000)
    }

    @Test("a token cannot choose its algorithm")
    func algorithmConfusion() throws {
        for algorithm in ["none", "None", "HS256", "ES256", "RS256", "eddsa", ""] {
            let header = #"{"alg":"\#(algorithm)","kid":"k1","typ":"at+jwt"}"#
            refused(try token(header: header, payload: JWTTests.payload), as: .unsupportedAlgorithm)
        }
        // The public key is known to everyone: as a shared secret it must open nothing.
        let forged = try JWTSigner(key: .hmac(key.publicKey.rawBytes), keyID: "k1", type: "at+jwt").sign(Claims())
        refused(forged, as: .unsupportedAlgorithm)
        let unsigned =
            Base64URL.encode(Array(#"{"alg":"none","kid":"k1","typ":"at+jwt"}"#.utf8)) + "."
            + Base64URL.encode(Array(JWTTests.payload.utf8)) + "."
        refused(unsigned, as: .unsupportedAlgorithm)
    }

    @Test("a token signed by another key under a known id is refused")
    func otherKey() throws {
        let other = try JWTSigner(key: .ed25519(.generate()), keyID: "k1", type: "at+jwt").sign(Claims())
        refused(other, as: .invalidSignature)
    }

    @Test(
        "text that is no token is refused",
        arguments: ["", ".", "..", "...", "a.b", "a.b.c.d", "é.é.é", "e30.e30.", "e30=.e30=.AA==", String(repeating: "a", count: 9000)])
    func malformed(text: String) {
        #expect(throws: JWTError.self) { try verifier.verify(text, as: Claims.self, now: 1000) }
    }

    @Test("signed claims that are not an object, or not of the expected types, are refused")
    func claimTypes() throws {
        let header = #"{"alg":"EdDSA","kid":"k1","typ":"at+jwt"}"#
        refused(try token(header: header, payload: "[]"), as: .malformed)
        refused(try token(header: header, payload: "{"), as: .malformed)
        refused(try token(header: header, payload: #"{"iss":"https://issuer.example","aud":"api","exp":"2000"}"#), as: .invalidClaims)
        refused(
            try token(header: header, payload: #"{"iss":"https://issuer.example","aud":"api","exp":2000,"nbf":"1"}"#), as: .invalidClaims)
        refused(
            try token(header: header, payload: #"{"iss":"https://issuer.example","aud":"api","exp":2000,"sub":1}"#), as: .invalidClaims)
    }

    @Test("a shared secret of fewer than 32 bytes neither signs nor verifies")
    func shortSecret() throws {
        let short = [UInt8](repeating: 1, count: 31)
        let signer = try JWTSigner(key: .hmac(short), keyID: "k", type: "at+jwt")
        #expect(throws: JWTError.self) { try signer.sign(Claims()) }
        let code = HMACSHA256.authenticationCode(of: [1], key: short).bytes
        #expect(!JWTVerificationKey.hmac(short).isValid(code, for: [1]))
    }
}
