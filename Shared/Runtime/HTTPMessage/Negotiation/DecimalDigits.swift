/// Numbers in fields: digits and nothing else.
package enum DecimalDigits {
    /// The value of one or more ASCII digits below 10^18; nil for anything else, signs and white space included.
    package static func parse(_ text: some StringProtocol) -> Int? {
        var value = 0
        var count = 0
        for byte in text.utf8 {
            guard FieldCharacters.isDigit(byte), count < 18 else { return nil }
            value = value * 10 + Int(byte - 0x30)
            count += 1
        }
        return count == 0 ? nil : value
    }
}
