package import HTTPMessage
package import JSON

/// A query or a form as the JSON object that its schema describes, so that one validator and one decoder serve all requests.
package enum FormCoding {
    /// Numbers and truth values become such where the schema wants them and the text is one; what does not fit stays a string for the
    /// validator to refuse. An array is a name given several times; any other name given twice becomes an array, which is refused too.
    package static func object(_ query: HTTPQuery, schema: JSONSchema) -> JSONValue {
        let properties = resolved(schema.root, schema)["properties"]
        // Strangers say how many items there are and how often a name comes: none is looked at twice.
        var places: [String: Int] = [:]
        var found: [(name: String, isArray: Bool, values: [JSONValue])] = []
        for item in query.items {
            let property = properties?[item.name].map { resolved($0, schema) }
            let isArray = property?["type"] == "array"
            let element = isArray ? property?["items"].map { resolved($0, schema) } : property
            let value = scalar(item.value, schema: element)
            if let place = places[item.name] {
                found[place].values.append(value)
            } else {
                places[item.name] = found.count
                found.append((item.name, isArray, [value]))
            }
        }
        return .object(
            found.map { JSONValue.Member(key: $0.name, value: $0.isArray || $0.values.count > 1 ? .array($0.values) : $0.values[0]) })
    }

    /// A request as a query, for clients. Throws what encoding it throws.
    package static func query(of request: some Encodable) throws -> HTTPQuery {
        query(try JSONCodec.decode(JSONValue.self, from: JSONCodec.encode(request), unknownFields: .refused))
    }

    /// The object of a request as a query: the other way round, for clients. Nulls are left out.
    package static func query(_ object: JSONValue) -> HTTPQuery {
        var items: [HTTPQuery.Item] = []
        for member in object.members ?? [] {
            for value in member.value.elements ?? [member.value] {
                if let text = text(value) { items.append(HTTPQuery.Item(name: member.key, value: text)) }
            }
        }
        return HTTPQuery(items: items)
    }

    /// Follows a reference, and takes the value of what may be null.
    private static func resolved(_ schema: JSONValue, _ document: JSONSchema) -> JSONValue {
        if let value = schema["anyOf"]?[0] { return resolved(value, document) }
        guard let reference = schema["$ref"]?.string, reference.hasPrefix(JSONSchema.componentPrefix) else { return schema }
        return document.components[String(reference.dropFirst(JSONSchema.componentPrefix.count))] ?? schema
    }

    private static func scalar(_ text: String, schema: JSONValue?) -> JSONValue {
        switch schema?["type"]?.string {
        case "integer":
            if let number = Int(text), number.description == text { return .int(number) }
        case "number":
            if isDecimal(text), let number = Double(text), number.isFinite { return .double(number) }
        case "boolean":
            if text == "true" { return true }
            if text == "false" { return false }
        default: break
        }
        return .string(text)
    }

    /// Excludes what `Double` reads besides: hexadecimal, infinities and the like.
    private static func isDecimal(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { FieldCharacters.isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .null, .array, .object: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let number): number.description
        case .double(let number): number.description
        case .string(let text): text
        }
    }
}
