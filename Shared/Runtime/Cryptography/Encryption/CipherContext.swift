internal import COpenSSL

/// Owns one EVP_CIPHER_CTX for one message and frees it (which also wipes the key schedule).
@safe struct CipherContext: ~Copyable {
    private let context: OpaquePointer

    init(_ algorithm: OpaquePointer, key: [UInt8], nonce: [UInt8], encrypts: Bool) throws(CryptographyError) {
        guard key.count == AES256GCM.keyLength else { throw .invalidKey("an AES-256 key has 32 bytes") }
        guard nonce.count == AES256GCM.nonceLength else { throw .invalidKey("a nonce has 12 bytes") }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .fromLibrary("cipher") }
        guard unsafe EVP_CipherInit_ex2(context, algorithm, key, nonce, encrypts ? 1 : 0, nil) == 1 else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw .fromLibrary("cipher")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    func authenticate(_ associatedData: [UInt8]) throws(CryptographyError) {
        guard !associatedData.isEmpty else { return }
        var length: Int32 = 0
        guard let count = Int32(exactly: associatedData.count),
            unsafe EVP_CipherUpdate(context, nil, &length, associatedData, count) == 1
        else { throw .fromLibrary("associated data") }
    }

    func transform(_ input: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: input.count)
        var length: Int32 = 0
        guard let count = Int32(exactly: input.count), unsafe EVP_CipherUpdate(context, &output, &length, input, count) == 1,
            Int(length) == output.count
        else { throw .fromLibrary("cipher") }
        return output
    }

    /// False when opening and the tag is not the message's.
    func finish() -> Bool {
        var unused: [UInt8] = [0]
        var length: Int32 = 0
        return unsafe EVP_CipherFinal_ex(context, &unused, &length) == 1
    }

    func tag() throws(CryptographyError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AES256GCM.tagLength)
        guard unsafe openssl_gcm_get_tag(context, Int32(tag.count), &tag) == 1 else { throw .fromLibrary("tag") }
        return tag
    }

    func expect(tag: [UInt8]) throws(CryptographyError) {
        var tag = tag
        guard unsafe openssl_gcm_set_tag(context, Int32(tag.count), &tag) == 1 else { throw .fromLibrary("tag") }
    }
}
