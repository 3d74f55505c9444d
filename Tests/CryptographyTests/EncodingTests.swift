import Cryptography
import Testing

struct EncodingTests {
    @Test(
        "base 64 follows the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func base64Vectors(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let unpadded = String(text.filter { $0 != "=" })
        #expect(Base64URL.encode(Array(plain.utf8)) == unpadded)
        #expect(Base64URL.decode(unpadded) == Array(plain.utf8))
    }

    @Test("the URL alphabet replaces plus and slash")
    func alphabets() {
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64URL.decode("+/+/") == nil)
    }

    @Test(
        "base 64 in any but its canonical form is refused",
        arguments: ["Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm=v", "Z===", "A", "Zmé=", "Z=g="])
    func base64Refusals(text: String) { #expect(Base64.decode(text) == nil) }

    @Test("unpadded base 64 in any but its canonical form is refused", arguments: ["Zg==", "Zh", "Zm9", "A", "Zm9v\n", "Zm 9v", "Zm9vA"])
    func base64URLRefusals(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test("hexadecimal is written in lower case and read in both")
    func hexadecimal() {
        #expect(Hexadecimal.encode([0x00, 0xAB, 0xFF]) == "00abff")
        #expect(Hexadecimal.decode("00aBFf") == [0x00, 0xAB, 0xFF])
        #expect(Hexadecimal.decode("") == [])
    }

    @Test("text that is not hexadecimal is refused", arguments: ["0", "0g", "0x00", " 00", "00 ", "é", "/0", ":0", "@0", "`0"])
    func hexadecimalRefusals(text: String) { #expect(Hexadecimal.decode(text) == nil) }

    @Test("every length survives a round trip")
    func roundTrips() {
        for length in 0..<100 {
            let bytes = RandomBytes.make(count: length)
            #expect(bytes.count == length)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
    }

    @Test("random bytes do not repeat")
    func randomBytes() {
        let drawn = Set((0..<1000).map { _ in RandomBytes.make(count: 16) })
        #expect(drawn.count == 1000)
    }
}
