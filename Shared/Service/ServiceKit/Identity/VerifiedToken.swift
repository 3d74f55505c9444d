internal import Glibc

/// An access token whose signature holds, as the key of what is known of it, or one that is compared with those.
///
/// Its hash is that of its end, a part of the signature, which nobody can choose; so looking it up costs less than a cryptographic
/// hash of the whole, and only a token with the same signature is compared as a whole.
struct VerifiedToken: Hashable {
    private let bytes: ArraySlice<UInt8>

    private static let hashedBytes = 32

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The same token in memory of its own, to be kept.
    var copied: VerifiedToken { VerifiedToken(Array(bytes)[...]) }

    static func == (left: VerifiedToken, right: VerifiedToken) -> Bool {
        guard left.bytes.count == right.bytes.count else { return false }
        return left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                let end = left.count - min(left.count, hashedBytes)
                return isEqual(left, right, from: end, to: left.count) && isEqual(left, right, from: 0, to: end)
            }
        }
    }

    private static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Bool {
        guard start < end, let left = left.baseAddress, let right = right.baseAddress else { return true }
        return memcmp(left + start, right + start, end - start) == 0
    }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.suffix(Self.hashedBytes))) }
    }
}
