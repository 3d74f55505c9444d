internal import COpenSSL

/// AES-256 in Galois/Counter mode (NIST SP 800-38D) with 96-bit nonces and 128-bit tags.
///
/// A nonce must never be used twice with a key; `EnvelopeKeyring` draws them and is what callers want.
package enum AES256GCM {
    /// Key, nonce and tag lengths in bytes.
    package static let keyLength = 32, nonceLength = 12, tagLength = 16

    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else { fatalError("libcrypto has no AES-256-GCM") }
        return unsafe algorithm
    }()

    /// Encrypts and authenticates: the ciphertext followed by its 16-byte tag.
    package static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let context = try unsafe CipherContext(algorithm, key: key, nonce: nonce, encrypts: true)
        try context.authenticate(associatedData)
        var sealed = try context.transform(plaintext)
        guard context.finish() else { throw .fromLibrary("seal") }
        sealed += try context.tag()
        return sealed
    }

    /// Decrypts ciphertext-and-tag; `notAuthentic` when a byte of it, the nonce or the associated data is not what was sealed.
    package static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= tagLength else { throw .notAuthentic }
        let context = try unsafe CipherContext(algorithm, key: key, nonce: nonce, encrypts: false)
        try context.authenticate(associatedData)
        let plaintext = try context.transform(Array(sealed.dropLast(tagLength)))
        try context.expect(tag: Array(sealed.suffix(tagLength)))
        guard context.finish() else {
            CryptographyError.discardQueued()
            throw .notAuthentic
        }
        return plaintext
    }
}
