internal import JSON
internal import PostgresClient
package import WireProtocol

/// The rules for inputs, which no schema can say.
package enum InputRules {
    private static let longestValue = 8000
    private static let most = 50

    /// What is wrong with the names and values.
    package static func violations(of inputs: Inputs?) -> [FieldError] {
        let inputs = inputs ?? [:]
        // A patch adds to what there is.
        if inputs.count > most { return [FieldError(pointer: "/inputs", detail: "are more than \(most)")] }
        return inputs.sorted { $0.key < $1.key }.compactMap { name, value in
            let pointer = "/inputs/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
            guard Placeholders.isName(name[...]) else {
                return FieldError(pointer: pointer, detail: "is no name of a placeholder: a letter or _, then letters, digits, _ and -")
            }
            return value.unicodeScalars.count > longestValue
                ? FieldError(pointer: pointer, detail: "is longer than \(longestValue) characters") : nil
        }
    }
}

/// Places `{name}` in texts, as CrewAI has them; braces around anything else are text.
package enum Placeholders {
    /// Whether this may stand between the braces.
    package static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 100, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_") }

    /// The text with the values in their places; what has no value stays and is reported. Nil when it has more bytes than `limit`.
    package static func fill(
        _ text: String, from inputs: Inputs, atMost limit: Int = .max, missing: (String) -> Void = { _ in }
    ) -> String? {
        var result = ""
        var rest = text[...]
        while let open = rest.utf8.firstIndex(of: UInt8(ascii: "{")) {
            let name = rest[rest.index(after: open)...].prefix { $0 != "}" && $0 != "{" }
            guard name.endIndex < rest.endIndex, rest[name.endIndex] == "}", isName(name) else {
                result += rest[...open]
                rest = rest[rest.index(after: open)...]
                continue
            }
            result += rest[..<open]
            if let value = inputs[String(name)] {
                result += value
            } else {
                missing(String(name))
                result += rest[open...name.endIndex]
            }
            rest = rest[rest.index(after: name.endIndex)...]
            if result.utf8.count > limit { return nil }
        }
        result += rest
        return result.utf8.count > limit ? nil : result
    }
}

/// A wire value as it stands in a `json` column.
func json(_ value: some Encodable) throws -> PostgresJSON { PostgresJSON(bytes: try JSONCodec.encode(value)) }

extension PostgresJSON {
    /// The wire value in the column.
    func value<T: Decodable>(_ type: T.Type = T.self) throws -> T { try JSONCodec.decode(type, from: bytes, unknownFields: .ignored) }
}
