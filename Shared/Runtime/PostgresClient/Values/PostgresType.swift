/// A type of the server, by its object identifier (`pg_type.oid`).
package struct PostgresType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Left to the server to infer from the statement; the value then travels as text.
    package static let unspecified = PostgresType(0)
    package static let bool = PostgresType(16)
    package static let bytea = PostgresType(17)
    package static let char = PostgresType(18)
    package static let name = PostgresType(19)
    package static let int8 = PostgresType(20)
    package static let int2 = PostgresType(21)
    package static let int4 = PostgresType(23)
    package static let text = PostgresType(25)
    package static let json = PostgresType(114)
    package static let float4 = PostgresType(700)
    package static let float8 = PostgresType(701)
    package static let unknown = PostgresType(705)
    package static let bpchar = PostgresType(1042)
    package static let varchar = PostgresType(1043)
    package static let timestamp = PostgresType(1114)
    package static let timestamptz = PostgresType(1184)
    package static let numeric = PostgresType(1700)
    package static let uuid = PostgresType(2950)
    package static let jsonb = PostgresType(3802)

    /// The type of arrays of this type, where this client knows one.
    var array: PostgresType? { Self.arrays[self] }

    /// Types that a database defines itself, such as enumerations, begin here.
    var isUserDefined: Bool { rawValue >= 16_384 }

    private static let arrays: [PostgresType: PostgresType] = [
        .bool: .init(1000), .bytea: .init(1001), .int2: .init(1005), .int4: .init(1007), .int8: .init(1016), .text: .init(1009),
        .json: .init(199), .jsonb: .init(3807), .float4: .init(1021), .float8: .init(1022), .timestamp: .init(1115),
        .timestamptz: .init(1185), .uuid: .init(2951),
    ]
}
