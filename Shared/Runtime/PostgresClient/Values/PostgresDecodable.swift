/// A Swift value that can be read from a column.
package protocol PostgresDecodable {
    /// Reads a value; throws `PostgresDecodingError` when it is NULL or of a type that does not fit.
    init(from value: PostgresValue) throws
    /// Reads an array of these.
    static func decodeArray(from value: PostgresValue) throws -> [Self]
}

/// Both ways.
package typealias PostgresCodable = PostgresEncodable & PostgresDecodable

extension PostgresDecodable {
    package static func decodeArray(from value: PostgresValue) throws -> [Self] {
        try value.elements().map { try Self(from: $0) }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(from value: PostgresValue) throws {
        self = value.isNull ? nil : try Wrapped(from: value)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package init(from value: PostgresValue) throws { self = try Element.decodeArray(from: value) }
}

extension RawRepresentable where Self: PostgresDecodable, RawValue: PostgresDecodable {
    package init(from value: PostgresValue) throws {
        guard let known = Self(rawValue: try RawValue(from: value)) else { throw value.mismatch("is no \(Self.self)") }
        self = known
    }
}
