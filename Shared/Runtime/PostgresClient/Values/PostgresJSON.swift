/// JSON text in UTF-8, of or for a column of type `json` or `jsonb`. `json` keeps the bytes as they are.
package struct PostgresJSON: Hashable, Sendable {
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(text: String) { self.init(bytes: Array(text.utf8)) }
}

extension PostgresJSON: PostgresCodable {
    package static var postgresType: PostgresType { .unspecified }
    package static var postgresElementType: PostgresType { .json }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(contentsOf: bytes) }

    package init(from value: PostgresValue) throws {
        switch value.type {
        case .json, .text: bytes = try unsafe value.withBytes { unsafe [UInt8]($0) }
        case .jsonb: bytes = try unsafe value.withBytes { unsafe [UInt8]($0.dropFirst()) }
        default: throw value.mismatch("is no JSON")
        }
    }
}
