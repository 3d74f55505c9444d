import Cryptography
import Testing

struct JSONWebKeyTests {
    @Test("signature, public key and thumbprint follow the vectors of RFC 8037")
    func ed25519Vectors() throws {
        let key = try Ed25519PrivateKey(rawBytes: #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")))
        let web = JSONWebKey(key.publicKey)
        #expect(web.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(web.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let input = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try JWTSigningKey.ed25519(key).sign(input)
        #expect(
            Base64URL.encode(signature) == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        #expect(try JWTVerificationKey.ed25519(#require(web.publicKey)).isValid(signature, for: input))
    }

    @Test("an authentication code follows the vector of RFC 7515")
    func hmacVector() throws {
        let secret = try #require(
            Base64URL.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        let input =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature = try JWTSigningKey.hmac(secret).sign(Array(input.utf8))
        #expect(Base64URL.encode(signature) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(JWTVerificationKey.hmac(secret).isValid(signature, for: Array(input.utf8)))
    }

    @Test("a key set comes back from its JSON")
    func roundTrip() throws {
        let first = try Ed25519PrivateKey.generate().publicKey
        let second = try Ed25519PrivateKey.generate().publicKey
        let set = JSONWebKeySet(keys: [JSONWebKey(first), JSONWebKey(second, keyID: "two")])
        let read = try JSONWebKeySet(json: set.json())
        #expect(read == set)
        #expect(Set(read.verificationKeys.keys) == [JSONWebKey.thumbprint(of: first), "two"])
        #expect(read.keys.map(\.publicKey) == [first, second])
    }

    @Test("keys of other kinds, for other uses, without an id or of a wrong length are left out of a set")
    func otherKeys() throws {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        let json = """
            {"keys":[
                {"kty":"RSA","kid":"rsa","n":"AQAB","e":"AQAB"},
                {"kty":"OKP","crv":"X25519","kid":"x","x":"\(x)"},
                {"kty":"OKP","crv":"Ed25519","kid":"short","x":"AAAA"},
                {"kty":"OKP","crv":"Ed25519","kid":"encryption","x":"\(x)","use":"enc"},
                {"kty":"OKP","crv":"Ed25519","kid":"padded","x":"\(x)="},
                {"kty":"OKP","crv":"Ed25519","x":"\(x)"},
                {"kty":"OKP","crv":"Ed25519","kid":"good","x":"\(x)"}
            ]}
            """
        #expect(try JSONWebKeySet(json: Array(json.utf8)).verificationKeys.keys.sorted() == ["good"])
    }

    @Test("a document that is no key set is refused", arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[{}]}"#])
    func notASet(json: String) { #expect(throws: (any Error).self) { try JSONWebKeySet(json: Array(json.utf8)) } }
}
