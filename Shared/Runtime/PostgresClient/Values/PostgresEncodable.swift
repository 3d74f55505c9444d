/// A Swift value that can be a parameter of a statement.
///
/// A type of another module conforms by encoding one of the values that conform here: a `RawRepresentable` one gets both requirements for free.
package protocol PostgresEncodable {
    /// The server's type. With `.unspecified` the server infers it, and `encode` writes the value's text form.
    static var postgresType: PostgresType { get }
    /// The type as an element of an array, where it must be known.
    static var postgresElementType: PostgresType { get }
    /// Writes the binary form (the text form when the type is `.unspecified`).
    func encode(into parameter: inout PostgresParameters)
    /// The type of an array of these.
    static var postgresArrayType: PostgresType { get }
    /// Writes an array of these.
    static func encode(array: [Self], into parameter: inout PostgresParameters)
    /// Whether this is SQL's NULL.
    var isPostgresNull: Bool { get }
}

extension PostgresEncodable {
    package static var postgresElementType: PostgresType { postgresType }
    package static var postgresArrayType: PostgresType { postgresElementType.array ?? .unspecified }
    package var isPostgresNull: Bool { false }

    package static func encode(array: [Self], into parameter: inout PostgresParameters) {
        guard postgresElementType.array != nil else { return parameter.refuse("an array of \(Self.self)") }
        let hasNull = array.contains { $0.isPostgresNull }
        parameter.append(Int32(array.isEmpty ? 0 : 1))
        parameter.append(Int32(hasNull ? 1 : 0))
        parameter.append(postgresElementType.rawValue)
        guard !array.isEmpty else { return }
        parameter.append(Int32(clamping: array.count))
        parameter.append(1 as Int32)
        for element in array { parameter.appendElement(element) }
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package static var postgresType: PostgresType { Wrapped.postgresType }
    package static var postgresElementType: PostgresType { Wrapped.postgresElementType }
    // Not by a key path, which would be made anew for each value.
    package var isPostgresNull: Bool { if let self { self.isPostgresNull } else { true } }
    package func encode(into parameter: inout PostgresParameters) { self?.encode(into: &parameter) }
}

/// `[UInt8]` is `bytea`; every other array is an array of the server.
extension Array: PostgresEncodable where Element: PostgresEncodable {
    package static var postgresType: PostgresType { Element.postgresArrayType }
    package func encode(into parameter: inout PostgresParameters) { Element.encode(array: self, into: &parameter) }
}

extension RawRepresentable where Self: PostgresEncodable, RawValue: PostgresEncodable {
    package static var postgresType: PostgresType { RawValue.postgresType }
    package static var postgresElementType: PostgresType { RawValue.postgresElementType }
    package func encode(into parameter: inout PostgresParameters) { rawValue.encode(into: &parameter) }
}
