/// Crockford's base 32 in lower case, most significant bits first: 128 bits are 26 characters, the first of which is at most `7`.
enum Base32 {
    static let length = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// The value of each byte; 255 where it is no character of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Writes the 26 characters from this place on.
    static func encode(_ value: UInt128, into text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        let alphabet = alphabet
        var rest = value
        for place in (start..<start + length).reversed() {
            text[place] = alphabet[Int(truncatingIfNeeded: rest & 31)]
            rest >>= 5
        }
    }

    /// Nil when the length, a character or the size is wrong.
    static func decode(_ text: Span<UInt8>) -> UInt128? {
        let values = values
        guard text.count == length, values[Int(text[0])] < 8 else { return nil }
        var result: UInt128 = 0
        for place in text.indices {
            let value = values[Int(text[place])]
            guard value < 32 else { return nil }
            result = result << 5 | UInt128(value)
        }
        return result
    }
}
