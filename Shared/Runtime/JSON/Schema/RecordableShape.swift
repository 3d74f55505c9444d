/// What the recorder knows without running a decoder: arrays, dictionaries and what may be null.
protocol RecordableShape {
    static var empty: Self { get }
    static func recordSchema(with recorder: SchemaRecorder) throws -> JSONValue
}

extension Array: RecordableShape where Element: Decodable {
    static var empty: Self { [] }
    static func recordSchema(with recorder: SchemaRecorder) throws -> JSONValue {
        ["type": "array", "items": try recorder.schema(of: Element.self)]
    }
}

extension Dictionary: RecordableShape where Key == String, Value: Decodable {
    static var empty: Self { [:] }
    static func recordSchema(with recorder: SchemaRecorder) throws -> JSONValue {
        ["type": "object", "additionalProperties": try recorder.schema(of: Value.self)]
    }
}

extension Optional: RecordableShape where Wrapped: Decodable {
    static var empty: Self { nil }
    static func recordSchema(with recorder: SchemaRecorder) throws -> JSONValue {
        JSONSchema.nullable(try recorder.schema(of: Wrapped.self))
    }
}

extension Patch: RecordableShape {
    static var empty: Self { .absent }
    static func recordSchema(with recorder: SchemaRecorder) throws -> JSONValue {
        JSONSchema.nullable(try recorder.schema(of: Value.self))
    }
}
