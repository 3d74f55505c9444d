internal import HTTPMessage

/// The 128 bits of a UUID as two words, the first bits in `high`.
package struct UUIDBytes: Hashable, Sendable, Comparable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From two words, as a loop makes a new id.
    package init(_ words: (high: UInt64, low: UInt64)) {
        self.init(high: words.high, low: words.low)
    }

    package static func < (left: UUIDBytes, right: UUIDBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

/// The form with hyphens, as databases write it.
extension UUIDBytes: LosslessStringConvertible {
    private static let hyphens: Set<Int> = [8, 13, 18, 23]

    /// Nil unless it is 32 hexadecimal digits with the four hyphens in their places.
    package init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var value: UInt128 = 0
        for (place, byte) in text.utf8.enumerated() {
            if Self.hyphens.contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = FieldCharacters.hexadecimalValue(byte) else { return nil }
            value = value << 4 | UInt128(digit)
        }
        self.init(value)
    }

    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(value >> UInt128(124 - 4 * nibble) & 0xf)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension UUIDBytes {
    init(_ value: UInt128) {
        self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }

    var value: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
