/// The shared part of RFC 4648's two base 64 encodings: an alphabet, and whether the text is padded.
struct Base64Alphabet: Sendable {
    private let characters: [UInt8]
    private let values: [UInt8]
    private let isPadded: Bool
    private static let invalid: UInt8 = 0xFF

    init(_ text: StaticString, isPadded: Bool) {
        characters = text.withUTF8Buffer { unsafe Array($0) }
        var values = [UInt8](repeating: Base64Alphabet.invalid, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
        self.isPadded = isPadded
    }

    func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let remaining = bytes.count - index
            let second = remaining > 1 ? bytes[index + 1] : 0
            let third = remaining > 2 ? bytes[index + 2] : 0
            let group = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
            text.append(characters[Int(group >> 18)])
            text.append(characters[Int(group >> 12 & 63)])
            if remaining > 1 { text.append(characters[Int(group >> 6 & 63)]) }
            if remaining > 2 { text.append(characters[Int(group & 63)]) }
            index += 3
        }
        if isPadded { while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) } }
        return text
    }

    /// Nil for a foreign character, wrong padding, an impossible length, or unused bits that are not zero: each value has one text.
    func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var length = text.count
        if isPadded {
            guard length % 4 == 0 else { return nil }
            length -= text.suffix(2).count { $0 == UInt8(ascii: "=") }
            guard text.count - length < 2 || text.suffix(2).allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        }
        guard length % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length * 3 / 4)
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.prefix(length) {
            let value = values[Int(character)]
            guard value != Base64Alphabet.invalid else { return nil }
            accumulator = accumulator << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: accumulator >> bits))
                accumulator &= (1 << bits) - 1
            }
        }
        return accumulator == 0 ? bytes : nil
    }
}
