internal import COpenSSL

/// Comparisons whose duration does not tell where two values differ.
package enum ConstantTime {
    /// Whether both hold the same bytes; only the lengths may be learned from the time it takes.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                guard let left = left.baseAddress, let rightStart = right.baseAddress else { return true }
                return CRYPTO_memcmp(left, rightStart, right.count) == 0
            }
        }
    }
}
