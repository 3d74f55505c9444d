/// Where a piece of work stands in a trace: W3C Trace Context, as the header `traceparent` carries it.
package struct TraceContext: Hashable, Sendable {
    /// The trace: 16 bytes, not all zero.
    package let traceID: TraceID
    /// This piece of work: 8 bytes, not zero.
    package let spanID: UInt64
    /// Whether the caller records the trace.
    package let isSampled: Bool

    private init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// A new trace.
    package static func generate(isSampled: Bool = true, using random: inout some RandomNumberGenerator) -> TraceContext {
        let trace = TraceID(high: random.next(), low: nonZero(&random))
        return TraceContext(traceID: trace, spanID: nonZero(&random), isSampled: isSampled)
    }

    /// A piece of work within this one.
    package func child(using random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.nonZero(&random), isSampled: isSampled)
    }

    private static func nonZero(_ random: inout some RandomNumberGenerator) -> UInt64 {
        while true {
            let number = random.next()
            if number != 0 { return number }
        }
    }

    /// Reads the value of a `traceparent` header; nil for a malformed one, after which a new trace is begun.
    ///
    /// Later versions may add parts at the end; what version 00 has is read from them too, as the standard says.
    package init?(traceparent text: String) {
        var text = text
        let context = text.withUTF8 { Self.parse($0) }
        guard let context else { return nil }
        self = context
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> TraceContext? {
        guard bytes.count >= 55, let version = hexadecimal(bytes[0..<2]), version != 0xFF else { return nil }
        if version == 0 ? bytes.count != 55 : bytes.count > 55 && bytes[55] != dash { return nil }
        guard bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let high = hexadecimal(bytes[3..<19]), let low = hexadecimal(bytes[19..<35]), high | low != 0,
            let span = hexadecimal(bytes[36..<52]), span != 0,
            let flags = hexadecimal(bytes[53..<55])
        else { return nil }
        return TraceContext(traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1)
    }

    private static let dash = UInt8(ascii: "-")

    /// At most 16 digits; only lower case is legal.
    private static func hexadecimal(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    /// The value of the `traceparent` header of a call made by this piece of work.
    package var traceparent: String {
        // 00-<trace>-<span>-<flags>, made in one piece: every call between services carries one.
        String(unsafeUninitializedCapacity: 55) { bytes in
            bytes.initialize(repeating: UInt8(ascii: "0"))
            for hyphen in [2, 35, 52] { bytes[hyphen] = Self.dash }
            HexadecimalWords.write(traceID.high, into: bytes, at: 3)
            HexadecimalWords.write(traceID.low, into: bytes, at: 19)
            HexadecimalWords.write(spanID, into: bytes, at: 36)
            if isSampled { bytes[54] = UInt8(ascii: "1") }
            return 55
        }
    }
}
