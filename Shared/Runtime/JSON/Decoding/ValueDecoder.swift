/// The decoder that an `init(from:)` gets: one node.
struct ValueDecoder: Decoder {
    let session: DecodingSession
    let node: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard session.entry(node).kind == .object else { throw NodeError("must be an object", at: node) }
        session.open(object: node)
        return KeyedDecodingContainer(MemberDecoding<Key>(session: session, object: node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard session.entry(node).kind == .array else { throw NodeError("must be an array", at: node) }
        return ElementDecoding(session: session, array: node)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleValueDecoding(session: session, node: node)
    }
}

struct SingleValueDecoding: SingleValueDecodingContainer {
    let session: DecodingSession
    let node: Int

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { session.entry(node).kind == .null }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try session.value(type, at: node) }
}
