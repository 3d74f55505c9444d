/// A type that is one JSON value and states its own schema: an id, a time, an amount of money.
package protocol WireScalar: Codable, Sendable {
    /// The JSON Schema of every value.
    static var schema: JSONValue { get }
    /// One legal value; the schema recorder hands it out.
    static var sample: Self { get }
}

/// A scalar that is a JSON string: the same text stands in a body, a path and a query.
package protocol WireString: WireScalar, LosslessStringConvertible {}

extension WireString {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not a valid \(Self.self)")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
