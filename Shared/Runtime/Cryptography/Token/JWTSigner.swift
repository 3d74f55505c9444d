internal import JSON

/// Makes signed JSON Web Tokens (RFC 7519) of one type under one key.
package struct JWTSigner: Sendable {
    private let key: JWTSigningKey
    private let encodedHeader: String

    /// Takes the key, the `kid` that verifiers find it by, and the `typ` of every token, such as `at+jwt`.
    package init(key: JWTSigningKey, keyID: String, type: String) throws {
        self.key = key
        encodedHeader = Base64URL.encode(try JSONCodec.encode(Header(alg: key.algorithm, kid: keyID, typ: type)))
    }

    /// The compact form of a token with these claims, which must encode to an object.
    package func sign(_ claims: some Encodable) throws(JWTError) -> String {
        do {
            let input = encodedHeader + "." + Base64URL.encode(try JSONCodec.encode(claims))
            return input + "." + Base64URL.encode(try key.sign(Array(input.utf8)))
        } catch {
            throw .notSigned("\(error)")
        }
    }

    private struct Header: Encodable {
        let alg, kid, typ: String
    }
}
