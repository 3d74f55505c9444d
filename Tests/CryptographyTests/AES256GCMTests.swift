import Cryptography
import Testing

struct AES256GCMTests {
    struct Vector: Sendable {
        let key, nonce, plaintext, associatedData, ciphertext, tag: String
    }

    private static let zeros = String(repeating: "0", count: 64)
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    private static let ciphertext =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"

    @Test(
        "sealing and opening follow test cases 13 to 16 of the GCM specification",
        arguments: [
            Vector(
                key: zeros, nonce: "000000000000000000000000", plaintext: "", associatedData: "", ciphertext: "",
                tag: "530f8afbc74536b9a963b4f1c4cb738b"),
            Vector(
                key: zeros, nonce: "000000000000000000000000", plaintext: "00000000000000000000000000000000", associatedData: "",
                ciphertext: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919"),
            Vector(
                key: key, nonce: "cafebabefacedbaddecaf888", plaintext: plaintext + "1aafd255", associatedData: "",
                ciphertext: ciphertext + "898015ad", tag: "b094dac5d93471bdec1a502270e3cc6c"),
            Vector(
                key: key, nonce: "cafebabefacedbaddecaf888", plaintext: plaintext,
                associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2", ciphertext: ciphertext, tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
        ])
    func vectors(vector: Vector) throws {
        let sealed = try AES256GCM.seal(
            hex(vector.plaintext), key: hex(vector.key), nonce: hex(vector.nonce), associatedData: hex(vector.associatedData))
        #expect(sealed == hex(vector.ciphertext) + hex(vector.tag))
        let opened = try AES256GCM.open(
            sealed, key: hex(vector.key), nonce: hex(vector.nonce), associatedData: hex(vector.associatedData))
        #expect(opened == hex(vector.plaintext))
    }

    @Test("any byte changed in ciphertext, tag, nonce, key or associated data is refused")
    func tampering() throws {
        let key = RandomBytes.make(count: 32)
        let nonce = RandomBytes.make(count: 12)
        let context = Array("place".utf8)
        let sealed = try AES256GCM.seal(Array("secret".utf8), key: key, nonce: nonce, associatedData: context)
        func refuses(_ sealed: [UInt8], _ key: [UInt8], _ nonce: [UInt8], _ context: [UInt8]) {
            #expect(throws: CryptographyError.notAuthentic) {
                try AES256GCM.open(sealed, key: key, nonce: nonce, associatedData: context)
            }
        }
        for other in tampered(sealed) { refuses(other, key, nonce, context) }
        for other in tampered(key) { refuses(sealed, other, nonce, context) }
        for other in tampered(nonce) { refuses(sealed, key, other, context) }
        for other in tampered(context) { refuses(sealed, key, nonce, other) }
        for length in 0..<sealed.count { refuses(Array(sealed.prefix(length)), key, nonce, context) }
    }

    @Test("keys and nonces of a wrong length are refused")
    func lengths() {
        let key = [UInt8](repeating: 0, count: 32)
        #expect(throws: CryptographyError.self) {
            try AES256GCM.seal([], key: Array(key.dropLast()), nonce: [UInt8](repeating: 0, count: 12), associatedData: [])
        }
        #expect(throws: CryptographyError.self) {
            try AES256GCM.seal([], key: key, nonce: [UInt8](repeating: 0, count: 16), associatedData: [])
        }
    }
}
