/// Why an escaped text was refused.
package enum PercentEncodingError: Error, Hashable, Sendable {
    /// A `%` is not followed by two hexadecimal digits.
    case malformedEscape
    /// The decoded text holds a NUL.
    case nul
    /// The decoded bytes are not UTF-8.
    case notUTF8
}

/// Percent-encoding (RFC 3986), strict: what is malformed is refused, not passed through.
package enum PercentEncoding {
    /// Decodes one path segment, or one name or value of a query.
    package static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) throws(PercentEncodingError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            var value = byte
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(FieldCharacters.hexadecimalValue),
                    let low = iterator.next().flatMap(FieldCharacters.hexadecimalValue)
                else { throw .malformedEscape }
                value = high << 4 | low
            } else if plusIsSpace, byte == UInt8(ascii: "+") {
                value = 0x20
            }
            if value == 0 { throw .nul }
            decoded.append(value)
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// Escapes every byte that is not unreserved, so that the result may stand in a segment or in a query item.
    package static func encode(_ text: some StringProtocol) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexadecimalDigit(byte >> 4))
                encoded.append(hexadecimalDigit(byte & 15))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
