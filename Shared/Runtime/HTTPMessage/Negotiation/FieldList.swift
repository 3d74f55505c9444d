/// The members of a list field: `a, b="c, d"`. The parameters that may follow each after `;` are left out.
enum FieldList {
    /// Name and value of each, in order; the value is what follows `=`, unquoted, nil without one. Empty members are skipped, as RFC 9110 has it.
    static func members(of field: String) -> [(name: String, value: String?)] {
        split(field.utf8[...], at: UInt8(ascii: ",")).compactMap { split($0, at: UInt8(ascii: ";")).first.map(pair) }
    }

    /// Splits outside quoted strings and drops empty parts.
    private static func split(_ text: Substring.UTF8View, at separator: UInt8) -> [Substring.UTF8View] {
        var parts: [Substring.UTF8View] = []
        var start = text.startIndex
        var quoted = false
        var escaped = false
        for index in text.indices {
            let byte = text[index]
            if escaped {
                escaped = false
            } else if quoted, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if byte == separator, !quoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        parts.append(text[start...])
        return parts.map(trimmed).filter { !$0.isEmpty }
    }

    private static func pair(_ text: Substring.UTF8View) -> (name: String, value: String?) {
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return (String(Substring(text)), nil) }
        return (String(Substring(trimmed(text[..<equals]))), unquoted(trimmed(text[text.index(after: equals)...])))
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var text = text
        while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring.UTF8View) -> String {
        guard text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") else { return String(Substring(text)) }
        var bytes: [UInt8] = []
        var escaped = false
        for byte in text.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !escaped {
                escaped = true
            } else {
                bytes.append(byte)
                escaped = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
