internal import JSON

/// JSON on many lines, with two spaces for each level.
enum PrettyPrinter {
    static func text(of value: JSONValue) -> String {
        var text = ""
        write(value, indent: "", to: &text)
        return text
    }

    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            list(elements, "[", "]", indent, to: &text) { write($0, indent: $1, to: &$2) }
        case .object(let members) where !members.isEmpty:
            list(members, "{", "}", indent, to: &text) { member, indent, text in
                text += scalar(.string(member.key)) + ": "
                write(member.value, indent: indent, to: &text)
            }
        case .array: text += "[]"
        case .object: text += "{}"
        default: text += scalar(value)
        }
    }

    private static func list<Item>(
        _ items: [Item], _ open: String, _ close: String, _ indent: String, to text: inout String,
        _ writeItem: (Item, String, inout String) -> Void
    ) {
        let inner = indent + "  "
        text += open
        for (place, item) in items.enumerated() {
            text += (place == 0 ? "\n" : ",\n") + inner
            writeItem(item, inner, &text)
        }
        text += "\n" + indent + close
    }

    /// A number that is not finite is null, as JSON has no word for it.
    private static func scalar(_ value: JSONValue) -> String {
        guard let bytes = try? JSONCodec.encode(value) else { return "null" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
