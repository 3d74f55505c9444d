/// Words as hexadecimal digits in lower case, 16 each.
enum HexadecimalWords {
    /// Two words as one text, made in one piece.
    static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 32) { bytes in
            write(high, into: bytes, at: 0)
            write(low, into: bytes, at: 16)
            return 32
        }
    }

    /// Writes 16 digits from a place on.
    static func write(_ word: UInt64, into bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(index))) & 15
            bytes[start + index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }
}
