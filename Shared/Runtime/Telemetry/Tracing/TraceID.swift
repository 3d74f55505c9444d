/// The 16 bytes that name a trace.
package struct TraceID: Hashable, Sendable, CustomStringConvertible {
    /// The first 8 bytes.
    package let high: UInt64
    /// The last 8 bytes.
    package let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// 32 hexadecimal digits in lower case.
    package var description: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

    static func hexadecimal(_ word: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { bytes in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(index))) & 15
                bytes[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }
}
