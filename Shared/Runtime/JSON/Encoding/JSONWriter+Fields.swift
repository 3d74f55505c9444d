/// A key and its value in one call.
extension JSONWriter {
    /// A member that is a string.
    package mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// A member that is true or false.
    package mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// A member that is an integer.
    package mutating func field<I: FixedWidthInteger>(_ name: String, _ value: I) {
        key(name)
        integer(value)
    }

    /// A member that is a number: `null` if it is not finite.
    package mutating func field(_ name: String, _ value: Double) {
        key(name)
        double(value)
    }

    /// A member of any kind.
    package mutating func field(_ name: String, _ value: JSONValue) {
        key(name)
        json(value)
    }

    /// A value of any kind: objects in the order of their members, `null` for a number that is not finite.
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
