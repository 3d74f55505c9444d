/// The members of one object, written as they come.
struct MemberEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let session: EncodingSession
    let object: OpenContainer

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) throws {
        session.startMember(key, in: object)
        session.writeNull()
    }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        session.startMember(key, in: object)
        try session.write(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder(for: key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(for: key).unkeyedContainer() }

    /// The member `super`, as in other codecs.
    func superEncoder() -> any Encoder {
        guard let key = Key(stringValue: "super") else { return ValueEncoder(session: session, depth: session.depth) }
        return encoder(for: key)
    }

    func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }

    private func encoder(for key: Key) -> ValueEncoder {
        session.startMember(key, in: object)
        return ValueEncoder(session: session, depth: session.depth)
    }
}
