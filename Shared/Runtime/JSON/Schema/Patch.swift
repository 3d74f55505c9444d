/// A field of a merge patch (RFC 7396): left alone, removed or replaced.
package enum Patch<Value: Codable & Sendable>: Codable, Sendable {
    case absent
    case null
    case value(Value)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .null : .value(try container.decode(Value.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if case .value(let value) = self { try container.encode(value) } else { try container.encodeNil() }
    }

    /// The field after the patch.
    package func applied(to old: Value?) -> Value? {
        switch self {
        case .absent: old
        case .null: nil
        case .value(let new): new
        }
    }
}

extension Patch: Equatable where Value: Equatable {}

extension Dictionary where Value: Codable & Sendable {
    /// The members after a patch: those that it names are set or removed.
    package func patched(by patch: [Key: Patch<Value>]?) -> Self {
        var members = self
        for (key, change) in patch ?? [:] { members[key] = change.applied(to: members[key]) }
        return members
    }
}

/// Synthesized decoding finds these overloads and so leaves an absent key absent.
extension KeyedDecodingContainer {
    package func decode<Value>(_ type: Patch<Value>.Type, forKey key: Key) throws -> Patch<Value> {
        contains(key) ? try decodePresent(type, forKey: key) : .absent
    }

    /// Generic, so that it reaches the container's own method and not the overload above.
    private func decodePresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decode(type, forKey: key)
    }
}

extension KeyedEncodingContainer {
    package mutating func encode<Value>(_ patch: Patch<Value>, forKey key: Key) throws {
        switch patch {
        case .absent: break
        case .null: try encodeNil(forKey: key)
        case .value(let value): try encode(value, forKey: key)
        }
    }
}
