internal import Cryptography

/// An access token whose signature holds, as the key of what is known of it, or one that is compared with those.
///
/// Its hash is that of its end, a part of the signature, which nobody can choose; so looking it up costs less than a cryptographic
/// hash of the whole, and only a token with the same end is compared, as a whole.
struct VerifiedToken: Hashable {
    private let bytes: ArraySlice<UInt8>

    private static let hashedBytes = 32

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The same token in memory of its own, to be kept.
    var copied: VerifiedToken { VerifiedToken(Array(bytes)[...]) }

    static func == (left: VerifiedToken, right: VerifiedToken) -> Bool {
        left.bytes.withUnsafeBytes { left in right.bytes.withUnsafeBytes { right in ConstantTime.areEqual(left, right) } }
    }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.suffix(Self.hashedBytes))) }
    }
}
