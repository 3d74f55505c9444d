internal import COpenSSL

/// Owns one EVP_PKEY of type Ed25519 and frees it. OpenSSL only reads it after its making, so threads may share it.
@safe struct KeyHandle: ~Copyable, Sendable {
    private nonisolated(unsafe) let key: OpaquePointer

    static let keyLength = 32
    static let signatureLength = 64

    init(privateKey bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == KeyHandle.keyLength else { throw .invalidKey("an Ed25519 private key has 32 bytes") }
        guard let key = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            throw .fromLibrary("private key")
        }
        unsafe self.key = key
    }

    init(publicKey bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == KeyHandle.keyLength else { throw .invalidKey("an Ed25519 public key has 32 bytes") }
        guard let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            throw .fromLibrary("public key")
        }
        unsafe self.key = key
    }

    deinit { unsafe EVP_PKEY_free(key) }

    func publicKeyBytes() throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: KeyHandle.keyLength)
        var length = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1, length == bytes.count else { throw .fromLibrary("public key") }
        return bytes
    }

    func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .fromLibrary("sign") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: KeyHandle.signatureLength)
        var length = signature.count
        guard unsafe EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key, nil) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == signature.count
        else { throw .fromLibrary("sign") }
        return signature
    }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == KeyHandle.signatureLength, let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key, nil) == 1,
            unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        else {
            CryptographyError.discardQueued()
            return false
        }
        return true
    }
}
