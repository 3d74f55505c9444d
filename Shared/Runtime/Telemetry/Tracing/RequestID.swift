package import EventLoop

/// The id of a request as it stands in `X-Request-Id` and in every log line.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// The id, fit for a header and a log line.
    package let description: String

    /// An id that comes from elsewhere; nil unless it is 1...128 letters, digits and `-._:~+/=`.
    package init?(_ text: String) {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        description = text
    }

    /// A new id of 32 hexadecimal digits, ordered by time.
    package static func make(on loop: EventLoop) -> RequestID {
        let (high, low) = loop.makeID()
        return RequestID(made: HexadecimalWords.text(high, low))
    }

    private init(made text: String) { description = text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "~"): true
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: false
        }
    }
}
