/// Text. Its type is left to the server to infer, so that it also fits enumerations, `json`, `jsonb`, `uuid` and so on;
/// where the server cannot know, write `\(text)::text`.
extension String: PostgresCodable {
    package static var postgresType: PostgresType { .unspecified }
    package static var postgresElementType: PostgresType { .text }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(contentsOf: utf8) }

    package init(from value: PostgresValue) throws {
        let isText =
            switch value.type {
            case .text, .varchar, .bpchar, .name, .char, .unknown, .json, .jsonb: true
            default: value.type.isUserDefined
            }
        guard isText || value.isNull else { throw value.mismatch("is no text") }
        let text: String? = try unsafe value.withBytes { bytes in
            // The binary form of jsonb begins with the number of its version.
            let bytes = unsafe value.type == .jsonb ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes
            return unsafe String(validating: bytes, as: UTF8.self)
        }
        guard let text else { throw value.mismatch("is no UTF-8") }
        self = text
    }
}

extension Bool: PostgresCodable {
    package static var postgresType: PostgresType { .bool }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(self ? 1 : 0 as UInt8) }

    package init(from value: PostgresValue) throws {
        guard value.type == .bool || value.isNull else { throw value.mismatch("is no boolean") }
        self = try value.integer(UInt8.self) != 0
    }
}

/// `bytea`: bytes have no other use in a statement, so an array of them is one value.
extension UInt8: PostgresCodable {
    package static var postgresType: PostgresType { .int2 }
    package static var postgresArrayType: PostgresType { .bytea }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(Int16(self)) }
    package static func encode(array: [UInt8], into parameter: inout PostgresParameters) { parameter.append(contentsOf: array) }

    package init(from value: PostgresValue) throws { self = try value.anyInteger() }

    package static func decodeArray(from value: PostgresValue) throws -> [UInt8] {
        guard value.type == .bytea || value.isNull else { throw value.mismatch("is no bytea") }
        return try unsafe value.withBytes { unsafe [UInt8]($0) }
    }
}

extension Double: PostgresCodable {
    package static var postgresType: PostgresType { .float8 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(bitPattern) }

    package init(from value: PostgresValue) throws {
        self =
            switch value.type {
            case .float4: Double(Float(bitPattern: try value.integer()))
            case .float8: Double(bitPattern: try value.integer())
            case .int2, .int4, .int8: Double(try value.anyInteger(Int64.self))
            default: throw value.mismatch("is no floating-point number")
            }
    }
}

extension Float: PostgresCodable {
    package static var postgresType: PostgresType { .float4 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(bitPattern) }

    package init(from value: PostgresValue) throws {
        guard value.type == .float4 || value.isNull else { throw value.mismatch("is no real") }
        self = Float(bitPattern: try value.integer())
    }
}
