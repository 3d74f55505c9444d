/// A string enumeration whose set may grow: a reader that meets a value of a newer writer gets `.unknown`.
///
/// What is validated against the schema is refused before it is decoded, so a request never carries `.unknown` unseen.
package protocol WireEnum: WireScalar, Hashable, CaseIterable, RawRepresentable where RawValue == String {
    /// Stands for every value that this reader does not know; not part of the schema.
    static var unknown: Self { get }
}

extension WireEnum {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = Self(rawValue: text) ?? .unknown
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// Every case that may be sent.
    package static var known: [Self] { allCases.filter { $0 != .unknown } }

    package static var schema: JSONValue {
        ["type": "string", "enum": .array(known.map { .string($0.rawValue) })]
    }

    package static var sample: Self { known.first ?? .unknown }
}
