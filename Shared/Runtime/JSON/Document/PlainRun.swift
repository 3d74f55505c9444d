/// How a string goes on without anything special: eight bytes at a time.
struct PlainRun {
    /// The index of the first quote, backslash or control character, or of the end.
    let end: Int
    /// Whether the bytes before it are ASCII.
    let isASCII: Bool

    @inline(__always)
    init(_ text: Span<UInt8>, from start: Int) {
        var position = start
        var union: UInt64 = 0
        while position &+ 8 <= text.count {
            let word = text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self).littleEndian
            let special = Self.specialBytes(in: word)
            if special != 0 {
                let plainBits = special.trailingZeroBitCount & ~7
                union |= word & ((1 << UInt64(plainBits)) &- 1)
                end = position + plainBits / 8
                isASCII = union & 0x8080_8080_8080_8080 == 0
                return
            }
            union |= word
            position &+= 8
        }
        while position < text.count {
            let byte = text[position]
            if mustEscape(byte) { break }
            union |= UInt64(byte)
            position += 1
        }
        end = position
        isASCII = union & 0x8080_8080_8080_8080 == 0
    }

    /// The highest bit of each special byte. Above the lowest one it may also mark others: only that one counts.
    @inline(__always)
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let marks = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
        return marks & (ones &* 0x80)
    }
}

/// Whether a byte cannot stand in a string as it is.
@inline(__always)
func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}
