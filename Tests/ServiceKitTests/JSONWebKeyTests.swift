import Cryptography
import ServiceKit
import Testing
import WireProtocol

struct JSONWebKeyTests {
    private let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

    @Test("a published key verifies what the key has signed")
    func published() throws {
        let key = try Ed25519PrivateKey.generate()
        let message = Array("message".utf8)
        let verificationKey = try #require(JSONWebKey(key.publicKey, id: "one").verificationKey)
        #expect(try verificationKey.isValid(key.sign(message), for: message))
    }

    @Test("a key of another kind or algorithm, for another use, or of a wrong length verifies nothing")
    func others() {
        func key(kty: String = "OKP", crv: String = "Ed25519", x: String? = nil, use: String = "sig", alg: String = "EdDSA") -> JSONWebKey {
            JSONWebKey(kty: kty, crv: crv, x: x ?? self.x, kid: "one", use: use, alg: alg)
        }
        #expect(key().verificationKey != nil)
        let others = [key(kty: "RSA"), key(crv: "X25519"), key(x: "AAAA"), key(x: x + "="), key(use: "enc"), key(alg: "HS256")]
        #expect(others.allSatisfy { $0.verificationKey == nil })
    }
}
