internal import Cryptography
internal import Glibc

/// An access token whose signature holds, as the key of what is known of it, or one that is compared with those.
///
/// It is looked up by its end, a part of the signature: nobody can choose that, and who knows it has the token. So only the end is hashed, and
/// only the end has to be compared in a time that tells nothing; the rest is looked at when that is the same.
struct VerifiedToken: Hashable {
    private let bytes: ArraySlice<UInt8>

    private static let endLength = 32

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The same token in memory of its own, to be kept.
    var copied: VerifiedToken { VerifiedToken(Array(bytes)[...]) }

    static func == (left: VerifiedToken, right: VerifiedToken) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in ConstantTime.areEqual(end(of: left), end(of: right)) && areEqual(left, right) }
        }
    }

    private static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
        return memcmp(leftStart, rightStart, left.count) == 0
    }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: Self.end(of: $0)) }
    }

    private static func end(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes.suffix(endLength))
    }
}
