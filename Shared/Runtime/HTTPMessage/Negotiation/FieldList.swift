/// The members of a list field, each with its parameters: `a;q=0.5, b="c, d"`.
package struct FieldList: Sendable {
    /// One member.
    package struct Member: Hashable, Sendable {
        /// The name, as it was written.
        package var name: String
        /// The value after `=`, unquoted; nil without one.
        package var value: String?
        /// The parameters after `;`, names in lower case, values unquoted.
        package var parameters: [(name: String, value: String)]

        /// The value of a parameter, its name given in lower case.
        package func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

        /// Whether two members say the same.
        package static func == (left: Self, right: Self) -> Bool {
            left.name == right.name && left.value == right.value && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
        }

        /// Feeds what makes members differ.
        package func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(value)
        }
    }

    /// The members in order.
    package let members: [Member]

    /// Reads a field value. Empty members are skipped, as RFC 9110 has it.
    package init(_ field: String) {
        members = Self.split(field.utf8[...], at: UInt8(ascii: ",")).compactMap { part in
            let pieces = Self.split(part, at: UInt8(ascii: ";"))
            guard let first = pieces.first else { return nil }
            let (name, value) = Self.pair(first)
            let parameters = pieces.dropFirst().map { piece in
                let (name, value) = Self.pair(piece)
                return (name: name.lowercased(), value: value ?? "")
            }
            return Member(name: name, value: value, parameters: parameters)
        }
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
