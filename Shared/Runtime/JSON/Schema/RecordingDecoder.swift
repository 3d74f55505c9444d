/// The decoder of one `init(from:)`: it writes down each field that is asked for and answers with a sample.
final class RecordingDecoder: Decoder {
    struct Field {
        var key: String
        var schema: JSONValue
        var isRequired: Bool
    }

    let recorder: SchemaRecorder
    /// The variant to decode, when the type is a union.
    let tag: (key: String, value: any WireEnum)?
    var sawTag = false
    private(set) var fields: [Field] = []
    /// The schema, when the type is not an object.
    var single: JSONValue?
    /// The keys whose presence was asked for: their fields are optional.
    var askedFor: Set<String> = []

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(recorder: SchemaRecorder, tag: (key: String, value: any WireEnum)? = nil) {
        self.recorder = recorder
        self.tag = tag
    }

    func add(_ key: String, _ schema: JSONValue, isRequired: Bool) {
        if fields.contains(where: { $0.key == key }) { return }
        fields.append(Field(key: key, schema: schema, isRequired: isRequired && !askedFor.contains(key)))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedRecording<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw NotRecordable(description: "an array decoded by hand: make the type a WireScalar")
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValueRecording(decoder: self) }
}

/// The generic methods are also the witnesses of the concrete ones. The defaults of `decodeIfPresent(String.self, …)` and its like ask
/// `contains` first, which marks the field optional.
private struct KeyedRecording<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: RecordingDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
        decoder.askedFor.insert(snakeCase(key.stringValue))
        return true
    }

    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey codingKey: Key) throws -> Value {
        let key = snakeCase(codingKey.stringValue)
        if let tag = decoder.tag, tag.key == key, let value = tag.value as? Value {
            decoder.sawTag = true
            decoder.add(key, ["type": "string", "const": .string(tag.value.rawValue)], isRequired: true)
            return value
        }
        let (schema, sample) = try decoder.recorder.record(type)
        if decoder.askedFor.contains(key) {
            decoder.add(key, schema["anyOf"] == nil ? JSONSchema.nullable(schema) : schema, isRequired: false)
        } else {
            decoder.add(key, schema, isRequired: true)
        }
        guard let sample else {
            throw NotRecordable(description: "\(type) contains itself without an array, a dictionary or a union between")
        }
        return sample
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        let (schema, sample) = try decoder.recorder.record(type)
        decoder.add(snakeCase(key.stringValue), JSONSchema.nullable(schema), isRequired: false)
        return sample
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        throw NotRecordable(description: "a nested container for \(key.stringValue): use a struct")
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw NotRecordable(description: "a nested container for \(key.stringValue): use an array")
    }

    func superDecoder() throws -> any Decoder { throw NotRecordable(description: "a class with a superclass") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw NotRecordable(description: "a class with a superclass") }
}

private struct SingleValueRecording: SingleValueDecodingContainer {
    let decoder: RecordingDecoder
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode(_ type: Bool.Type) throws -> Bool { record(["type": "boolean"], false) }
    func decode(_ type: String.Type) throws -> String { record(["type": "string"], "") }
    func decode(_ type: Double.Type) throws -> Double { record(["type": "number"], 0) }
    func decode(_ type: Float.Type) throws -> Float { record(["type": "number"], 0) }
    func decode(_ type: Int.Type) throws -> Int { record(["type": "integer", "format": "int64"], 0) }
    func decode(_ type: Int64.Type) throws -> Int64 { record(["type": "integer", "format": "int64"], 0) }
    func decode(_ type: Int8.Type) throws -> Int8 { record(bounded(type), 0) }
    func decode(_ type: Int16.Type) throws -> Int16 { record(bounded(type), 0) }
    func decode(_ type: Int32.Type) throws -> Int32 { record(bounded(type), 0) }
    func decode(_ type: UInt.Type) throws -> UInt { record(bounded(type), 0) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { record(bounded(type), 0) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { record(bounded(type), 0) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { record(bounded(type), 0) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { record(bounded(type), 0) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, sample) = try decoder.recorder.record(type)
        decoder.single = schema
        guard let sample else {
            throw NotRecordable(description: "\(type) contains itself without an array, a dictionary or a union between")
        }
        return sample
    }

    private func record<Value>(_ schema: JSONValue, _ sample: Value) -> Value {
        decoder.single = schema
        return sample
    }

    private func bounded<Integer: FixedWidthInteger>(_ type: Integer.Type) -> JSONValue {
        ["type": "integer", "minimum": .int(Int(clamping: Integer.min)), "maximum": .int(Int(clamping: Integer.max))]
    }
}
