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

    static func encode(_ value: UInt128) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            for place in 0..<length {
                buffer[place] = alphabet[Int(value >> UInt128(5 * (length - 1 - place)) & 31)]
            }
            return length
        }
    }

    /// Nil when the length, a character or the size is wrong.
    static func decode(_ text: Substring.UTF8View) -> UInt128? {
        guard text.count == length, let first = text.first, values[Int(first)] < 8 else { return nil }
        var result: UInt128 = 0
        for character in text {
            let value = values[Int(character)]
            guard value < 32 else { return nil }
            result = result << 5 | UInt128(value)
        }
        return result
    }
}
