/// The 32 bytes of a SHA-256 hash or authentication code, held in place: a dictionary keyed by it allocates nothing.
package struct SHA256Digest: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// The number of bytes.
    package static let byteCount = 32

    init(filledBy fill: (UnsafeMutableRawBufferPointer) -> Void) {
        unsafe withUnsafeMutableBytes(of: &words, fill)
    }

    /// The 32 bytes in order.
    package var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe Array($0) } }

    /// 64 lower-case digits.
    package var hexadecimal: String { Hexadecimal.encode(bytes) }

    /// Compares every word whatever the first ones say, so that the time does not tell where they differ.
    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        var difference = left.words.0 ^ right.words.0
        difference |= left.words.1 ^ right.words.1
        difference |= left.words.2 ^ right.words.2
        difference |= left.words.3 ^ right.words.3
        return difference == 0
    }

    /// Feeds the first word alone: it is already uniformly distributed.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
