/// Eight bytes that are looked at together.
///
/// What is asked of each is arithmetic on all of them at once: to take the lowest byte allowed from one borrows into its highest bit if it is
/// below, and to add what the highest allowed lacks of 0x7F carries into that bit if it is above. Both may go on into bytes above it, so the
/// answer is about all of them.
struct EightBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private let word: UInt64

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether one is ASCII and outside a range, or perhaps so: no one that is goes unnoticed.
    @inline(__always)
    func mayHaveASCII(outside range: ClosedRange<UInt8>) -> Bool {
        let below = word &- UInt64(range.lowerBound) &* Self.ones
        let above = word &+ UInt64(0x7F - range.upperBound) &* Self.ones
        return (below | above) & ~word & (0x80 &* Self.ones) != 0
    }

    /// Whether one is not ASCII.
    @inline(__always)
    var haveNonASCII: Bool { word & (0x80 &* Self.ones) != 0 }
}
