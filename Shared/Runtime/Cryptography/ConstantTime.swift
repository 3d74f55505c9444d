internal import COpenSSL

/// Comparisons whose duration does not tell where two values differ.
package enum ConstantTime {
    /// Whether both hold the same bytes; only the lengths may be learned from the time it takes.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        unsafe left.withUnsafeBytes { left in unsafe right.withUnsafeBytes { right in unsafe areEqual(left, right) } }
    }

    /// The same of bytes in memory.
    package static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return unsafe CRYPTO_memcmp(leftStart, rightStart, right.count) == 0
    }
}
