import Cryptography
import Testing

struct Ed25519Tests {
    struct Vector: Sendable {
        let privateKey, publicKey, message, signature: String
    }

    @Test(
        "signing and verifying follow the vectors of RFC 8032",
        arguments: [
            Vector(
                privateKey: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
                signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
                    + "be24655141438e7a100b"),
            Vector(
                privateKey: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
                signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
                    + "2aeeb00d291612bb0c00"),
            Vector(
                privateKey: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
                signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716e"
                    + "d28dc027beceea1ec40a"),
            Vector(
                privateKey: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                    + "454d4423643ce80e2a9ac94fa54ca49f",
                signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138a"
                    + "c17ad9bef1177331a704"),
        ])
    func vectors(vector: Vector) throws {
        let key = try Ed25519PrivateKey(rawBytes: hex(vector.privateKey))
        #expect(key.publicKey.rawBytes == hex(vector.publicKey))
        #expect(try key.sign(hex(vector.message)) == hex(vector.signature))
        #expect(try Ed25519PublicKey(rawBytes: hex(vector.publicKey)).isValid(hex(vector.signature), for: hex(vector.message)))
    }

    @Test("a signature, message or key with any byte changed is refused")
    func tampering() throws {
        let key = try Ed25519PrivateKey.generate()
        let message = RandomBytes.make(count: 50)
        let signature = try key.sign(message)
        #expect(key.publicKey.isValid(signature, for: message))
        for other in tampered(signature) { #expect(!key.publicKey.isValid(other, for: message)) }
        for other in tampered(message) { #expect(!key.publicKey.isValid(signature, for: other)) }
        for other in tampered(key.publicKey.rawBytes) {
            let changed = try Ed25519PublicKey(rawBytes: other)
            #expect(changed != key.publicKey)
            #expect(!changed.isValid(signature, for: message))
        }
    }

    @Test("a signature of a wrong length is refused", arguments: [0, 1, 63, 65, 128])
    func signatureLengths(length: Int) throws {
        let key = try Ed25519PrivateKey.generate()
        #expect(!key.publicKey.isValid([UInt8](repeating: 0, count: length), for: []))
    }

    @Test("a signature with the group order added to its second half is refused")
    func malleability() throws {
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        let key = try Ed25519PrivateKey.generate()
        var signature = try key.sign([1, 2, 3])
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(sum & 255)
            carry = sum >> 8
        }
        #expect(!key.publicKey.isValid(signature, for: [1, 2, 3]))
    }

    @Test("keys of a wrong length are refused", arguments: [0, 31, 33, 64])
    func keyLengths(length: Int) {
        let bytes = [UInt8](repeating: 1, count: length)
        #expect(throws: CryptographyError.self) { try Ed25519PrivateKey(rawBytes: bytes) }
        #expect(throws: CryptographyError.self) { try Ed25519PublicKey(rawBytes: bytes) }
    }

    @Test("generated keys differ, come back from their bytes, and do not print themselves")
    func generation() throws {
        let first = try Ed25519PrivateKey.generate()
        let second = try Ed25519PrivateKey.generate()
        #expect(first.rawBytes != second.rawBytes)
        #expect(try Ed25519PrivateKey(rawBytes: first.rawBytes).publicKey == first.publicKey)
        #expect(!"\(first)".contains(Hexadecimal.encode(first.rawBytes).prefix(8)))
    }
}
