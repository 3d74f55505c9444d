/// Eight bytes that are looked at together.
///
/// What is asked of each is arithmetic on all of them at once: taking `limit` from a byte (or 1 from what is zero where a byte is the one
/// looked for) borrows into its highest bit if it is too small. The borrow may go on into bytes above it, so the answer is about all of them.
struct EightBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private let word: UInt64

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether one is below a limit, which is 0x80 at most.
    @inline(__always)
    func have(below limit: UInt8) -> Bool { (word &- UInt64(limit) &* Self.ones) & ~word & (0x80 &* Self.ones) != 0 }

    /// Whether one is this byte.
    @inline(__always)
    func have(_ byte: UInt8) -> Bool {
        let difference = word ^ (UInt64(byte) &* Self.ones)
        return (difference &- Self.ones) & ~difference & (0x80 &* Self.ones) != 0
    }

    /// Whether one is not ASCII.
    @inline(__always)
    var haveNonASCII: Bool { word & (0x80 &* Self.ones) != 0 }
}
