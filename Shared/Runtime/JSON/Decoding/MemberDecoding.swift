/// The members of one object.
struct MemberDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let session: DecodingSession
    let object: Int

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var keys: [Key] = []
        var key = object + 1
        while key < Int(session.entry(object).next) {
            if let known = Key(stringValue: session.document.string(at: key)) { keys.append(known) }
            key = Int(session.entry(key + 1).next)
        }
        return keys
    }

    private func find(_ key: Key) -> Int? {
        session.member(key.stringValue, of: object, verbatim: holdsAnyName(Key.self))
    }

    private func require(_ key: Key) throws(NodeError) -> Int {
        if let node = find(key) { return node }
        let name = key.stringValue
        throw NodeError(missing: holdsAnyName(Key.self) ? name : snakeCase(name), in: object)
    }

    /// Nil for an absent member and for null.
    private func findPresent(_ key: Key) -> Int? {
        guard let node = find(key), session.entry(node).kind != .null else { return nil }
        return node
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { session.entry(try require(key)).kind == .null }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try session.value(type, at: try require(key))
    }

    @inline(__always)
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let node = findPresent(key) else { return nil }
        return try session.value(type, at: node)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(session: session, node: try require(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(session: session, node: try require(key)).unkeyedContainer()
    }

    /// The member `super`, as in other codecs.
    func superDecoder() throws -> any Decoder {
        guard let node = session.member("super", of: object, verbatim: true) else { throw NodeError(missing: "super", in: object) }
        return ValueDecoder(session: session, node: node)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(session: session, node: try require(key))
    }
}

/// The standard library's defaults for these types look the key up three times.
extension MemberDecoding {
    @inline(__always)
    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        guard let node = findPresent(key) else { return nil }
        return try session.value(type, at: node)
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try optional(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try optional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optional(type, key) }
}
