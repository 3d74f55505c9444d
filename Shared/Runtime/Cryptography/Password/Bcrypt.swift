internal import CCrypt

/// bcrypt password hashes (`$2b$cost$…`) from libcrypt.
///
/// Every call takes its time by design (about 0.2 s at cost 12): callers run it on a blocking pool, never on a loop.
///
/// bcrypt reads 72 bytes and stops at a NUL. A password that is longer or holds a NUL is therefore replaced by the base 64 text of its
/// SHA-256 (44 bytes) first. The stored hash keeps the standard prefix and no mark of it, because the password at hand always says
/// whether it applies: other software can check every password of up to 72 bytes against these hashes, and the other way round.
package enum Bcrypt {
    /// The costs (binary logarithm of the rounds) that are accepted.
    package static let costs = 4...31

    private static let saltLength = 16
    private static let longestPassword = 72
    private static let hashLength = 60

    /// The hash of a password under a new random salt. Blocks.
    package static func hash(_ password: String, cost: Int) throws(CryptographyError) -> String {
        guard costs.contains(cost) else { throw .invalidPasswordHash }
        let salt = RandomBytes.make(count: saltLength).map { CChar(bitPattern: $0) }
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        guard unsafe crypt_gensalt_rn("$2b$", UInt(cost), salt, Int32(salt.count), &setting, Int32(setting.count)) != nil else {
            throw .invalidPasswordHash
        }
        return try compute(password, setting: setting)
    }

    /// Whether the password is the one that was hashed; false too for a stored text that is no bcrypt hash. Blocks.
    package static func verify(_ password: String, against hash: String) -> Bool {
        guard Bcrypt.cost(of: hash) != nil, let computed = try? compute(password, setting: Array(hash.utf8CString)) else { return false }
        return ConstantTime.areEqual(Array(computed.utf8), Array(hash.utf8))
    }

    /// The cost of a stored hash, to find those that deserve a stronger one; nil for a text that is no bcrypt hash.
    package static func cost(of hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == hashLength, bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]), bytes[3] == UInt8(ascii: "$"),
            bytes[6] == UInt8(ascii: "$"), let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)), costs.contains(cost)
        else { return nil }
        return cost
    }

    private static func compute(_ password: String, setting: [CChar]) throws(CryptographyError) -> String {
        let phrase = shortened(password).utf8CString
        // 32 KB of working space, on the heap and for this call alone: the function is thread-safe.
        let work = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        unsafe work.initialize(to: crypt_data())
        defer { unsafe work.deallocate() }
        let output = unsafe phrase.withUnsafeBufferPointer { phrase in
            unsafe setting.withUnsafeBufferPointer { setting in
                unsafe crypt_rn(phrase.baseAddress, setting.baseAddress, work, Int32(MemoryLayout<crypt_data>.size))
            }
        }
        guard let output = unsafe output else { throw .invalidPasswordHash }
        return unsafe String(cString: output)
    }

    private static func shortened(_ password: String) -> String {
        guard password.utf8.count > longestPassword || password.utf8.contains(0) else { return password }
        return Base64.encode(SHA256.digest(of: password).bytes)
    }
}
