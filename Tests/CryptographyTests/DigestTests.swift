import Cryptography
import Testing

struct DigestTests {
    @Test(
        "SHA-256 follows the vectors of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(message: String, expected: String) {
        #expect(SHA256.digest(of: message).hexadecimal == expected)
        #expect(SHA256.digest(of: Array(message.utf8)).hexadecimal == expected)
    }

    @Test("a message taken in pieces has the hash of the whole")
    func incremental() {
        let message = RandomBytes.make(count: 1000)
        for size in [1, 7, 63, 64, 65, 999, 1000] {
            var hash = SHA256()
            var start = 0
            while start < message.count {
                hash.update(Array(message[start..<min(start + size, message.count)]))
                start += size
            }
            #expect(hash.finalize() == SHA256.digest(of: message))
        }
        #expect(SHA256().finalize() == SHA256.digest(of: ""))
    }

    @Test("a million letters a")
    func long() {
        var hash = SHA256()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<1000 { hash.update(piece) }
        #expect(hash.finalize().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("digests that differ in any byte are not equal")
    func inequality() {
        let digest = SHA256.digest(of: "a")
        #expect(digest == SHA256.digest(of: "a"))
        #expect(digest.bytes == hex(digest.hexadecimal))
        for other in ["", "b", "aa"] { #expect(digest != SHA256.digest(of: other)) }
    }

    @Test(
        "HMAC follows the vectors of RFC 4231",
        arguments: [
            (
                String(repeating: "0b", count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            ("4a656665", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                String(repeating: "aa", count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func authenticationCodes(key: String, message: String, expected: String) {
        let code = HMACSHA256.authenticationCode(of: Array(message.utf8), key: hex(key))
        #expect(code.hexadecimal == expected)
        #expect(HMACSHA256.isValid(code.bytes, for: Array(message.utf8), key: hex(key)))
        for other in tampered(code.bytes) { #expect(!HMACSHA256.isValid(other, for: Array(message.utf8), key: hex(key))) }
        #expect(!HMACSHA256.isValid(Array(code.bytes.dropLast()), for: Array(message.utf8), key: hex(key)))
    }

    @Test("an empty key and an empty message have their code")
    func emptyAuthenticationCode() {
        let code = HMACSHA256.authenticationCode(of: [], key: [])
        #expect(code.hexadecimal == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("a comparison finds a difference in any byte and in the length")
    func constantTime() {
        let bytes = RandomBytes.make(count: 40)
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(ConstantTime.areEqual([], []))
        for other in tampered(bytes) { #expect(!ConstantTime.areEqual(bytes, other)) }
        #expect(!ConstantTime.areEqual(bytes, Array(bytes.dropLast())))
        #expect(!ConstantTime.areEqual(bytes, []))
    }
}
