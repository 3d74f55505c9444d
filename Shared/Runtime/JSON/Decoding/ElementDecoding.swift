/// The elements of one array, in turn. Three words, so that it needs no box as an existential.
struct ElementDecoding: UnkeyedDecodingContainer {
    let session: DecodingSession
    private let array: UInt32
    private var next: UInt32
    private(set) var currentIndex = 0

    init(session: DecodingSession, array: Int) {
        self.session = session
        self.array = UInt32(truncatingIfNeeded: array)
        next = UInt32(truncatingIfNeeded: array + 1)
    }

    var codingPath: [any CodingKey] { [] }
    /// Not known before the end.
    var count: Int? { nil }
    var isAtEnd: Bool { next >= session.entry(Int(array)).next }

    private mutating func take() throws(NodeError) -> Int {
        guard !isAtEnd else { throw NodeError("has too few elements", at: Int(array)) }
        let node = Int(next)
        next = session.entry(node).next
        currentIndex += 1
        return node
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, session.entry(Int(next)).kind == .null else { return false }
        _ = try take()
        return true
    }

    /// Serves the requirements of every concrete type too.
    @inline(__always)
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try session.value(type, at: take())
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(session: session, node: take()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(session: session, node: take()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        ValueDecoder(session: session, node: try take())
    }
}
