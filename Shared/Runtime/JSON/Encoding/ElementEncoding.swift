/// The elements of one array, written as they come.
struct ElementEncoding: UnkeyedEncodingContainer {
    let session: EncodingSession
    let array: OpenContainer
    private(set) var count = 0

    init(session: EncodingSession, array: OpenContainer) {
        self.session = session
        self.array = array
    }

    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() throws {
        start()
        session.writeNull()
    }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    mutating func encode<T: Encodable>(_ value: T) throws {
        start()
        try session.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { encoder() }

    private mutating func start() {
        session.startElement(in: array)
        count += 1
    }

    private mutating func encoder() -> ValueEncoder {
        start()
        return ValueEncoder(session: session, depth: session.depth)
    }
}
