internal import COpenSSL

/// SHA-256, at once or piece by piece.
@safe package struct SHA256: ~Copyable, Sendable {
    /// EVP_MD_CTX; this value owns it, frees it in `deinit`, and may move between threads but is never used by two at once.
    private nonisolated(unsafe) let context: OpaquePointer

    /// Fetched once: looking the algorithm up again would cost more than hashing a short message.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else { fatalError("libcrypto has no SHA-256") }
        return unsafe algorithm
    }()

    /// An empty hash to be fed with `update`.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex2(context, SHA256.algorithm, nil) == 1 else {
            fatalError("libcrypto could not start a hash")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the next bytes of the message.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { fatalError("libcrypto could not hash") }
    }

    /// Takes the next bytes of the message.
    package mutating func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    /// The hash of everything taken.
    package consuming func finalize() -> SHA256Digest {
        unsafe SHA256Digest { buffer in
            guard unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1 else { fatalError("libcrypto could not hash") }
        }
    }

    /// The hash of a whole message.
    package static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        unsafe SHA256Digest { buffer in
            guard unsafe EVP_Digest(bytes.baseAddress, bytes.count, buffer.baseAddress, nil, algorithm, nil) == 1 else {
                fatalError("libcrypto could not hash")
            }
        }
    }

    /// The hash of a whole message.
    package static func digest(of bytes: [UInt8]) -> SHA256Digest { unsafe bytes.withUnsafeBytes { unsafe digest(of: $0) } }

    /// The hash of a text's UTF-8.
    package static func digest(of text: String) -> SHA256Digest {
        var text = text
        return text.withUTF8 { unsafe digest(of: UnsafeRawBufferPointer($0)) }
    }
}
