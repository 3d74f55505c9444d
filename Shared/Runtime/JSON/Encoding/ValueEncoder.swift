/// The encoder that an `encode(to:)` gets: the place where its value goes.
struct ValueEncoder: Encoder {
    let session: EncodingSession
    /// How many containers were open when the value started.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let object = session.openObject(at: depth, isSorted: isDictionaryKey(type))
        return KeyedEncodingContainer(MemberEncoding<Key>(session: session, object: object))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ElementEncoding(session: session, array: session.openArray())
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleValueEncoding(session: session) }
}

struct SingleValueEncoding: SingleValueEncodingContainer {
    let session: EncodingSession

    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { session.writeNull() }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    func encode<T: Encodable>(_ value: T) throws { try session.write(value) }
}
