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
    package var description: String { HexadecimalWords.text(high, low) }
}
