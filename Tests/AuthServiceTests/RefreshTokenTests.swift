import AuthService
import Cryptography
import Testing

struct RefreshTokenTests {
    @Test("the hash of what a client sends is the stored one")
    func hash() {
        let token = RefreshToken(randomBytes: RandomBytes.make(count: 32))
        #expect(RefreshToken.hash(of: token.text) == token.hash)
        #expect(token.hash == SHA256.digest(of: token.text))
        #expect(RefreshToken(randomBytes: RandomBytes.make(count: 32)).hash != token.hash)
    }

    @Test("text that was never given out has no hash", arguments: ["", "trr_", "trr_AAAA", "xyz_" + String(repeating: "A", count: 43)])
    func foreign(text: String) { #expect(RefreshToken.hash(of: text) == nil) }
}
