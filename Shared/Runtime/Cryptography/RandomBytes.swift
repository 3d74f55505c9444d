internal import COpenSSL

/// Bytes of the operating system's cryptographic generator, for keys, nonces, salts and secrets.
///
/// A process without randomness cannot do anything safely, so a failing generator ends it, as the standard library's does.
package enum RandomBytes {
    /// `count` unpredictable bytes.
    package static func make(count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress, count > 0 {
                guard unsafe RAND_bytes(start, Int32(count)) == 1 else { fatalError("the random generator failed") }
            }
            initialized = count
        }
    }
}
