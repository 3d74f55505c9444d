/// A key and its value in one call.
extension JSONWriter {
    package mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    package mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func field<I: FixedWidthInteger>(_ name: String, _ value: I) {
        key(name)
        integer(value)
    }

    /// `null` if the number is not finite.
    package mutating func field(_ name: String, _ value: Double) {
        key(name)
        double(value)
    }

    package mutating func field(_ name: String, _ value: JSONValue) {
        key(name)
        json(value)
    }

    /// A value that is JSON already.
    package mutating func field(_ name: String, raw json: some Collection<UInt8>) {
        key(name)
        raw(json)
    }

    /// Objects in the order of their members.
    package mutating func json(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .int(let value): integer(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { json(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members { field(member.key, member.value) }
            endObject()
        }
    }
}
