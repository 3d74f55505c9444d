internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { fatalError("libcrypto has no HMAC") }
        return unsafe algorithm
    }()

    /// The authentication code of a message under a key of any length.
    package static func authenticationCode(of message: [UInt8], key: [UInt8]) -> SHA256Digest {
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { fatalError("libcrypto could not start an authentication code") }
        defer { unsafe EVP_MAC_CTX_free(context) }
        // An empty key must still be a pointer: nil means "keep the key that was set before".
        let keyBytes = key.isEmpty ? [0] : key
        var digestName = Array("SHA256".utf8CString)
        return unsafe SHA256Digest { buffer in
            var written = 0
            let succeeded = unsafe digestName.withUnsafeMutableBufferPointer { name in
                let parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_MAC_init(context, keyBytes, key.count, parameters) == 1
                    && EVP_MAC_update(context, message, message.count) == 1
                    && EVP_MAC_final(context, buffer.baseAddress, &written, buffer.count) == 1
            }
            guard succeeded, written == SHA256Digest.byteCount else { fatalError("libcrypto could not authenticate a message") }
        }
    }

    /// Whether the code belongs to the message; takes the same time wherever a wrong one differs.
    package static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        ConstantTime.areEqual(authenticationCode(of: message, key: key).bytes, code)
    }
}
