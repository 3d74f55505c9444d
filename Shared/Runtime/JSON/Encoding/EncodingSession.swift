/// One encoding, shared by the encoders and containers that it hands out.
final class EncodingSession {
    /// Unchecked, since the accesses are short and never nested: run-time checks of exclusive access would cost a tenth of it all.
    @exclusivity(unchecked) private var state: EncodingState

    init(_ writer: consuming JSONWriter) { state = EncodingState(writer) }

    /// What is written so far.
    var bytes: [UInt8] { state.writer.bytes }

    /// Encodes the one value of this session.
    func encode(root value: some Encodable) throws {
        try write(value)
        if state.wroteAfterEnd { throw error("was written to after its end") }
    }

    // MARK: Containers

    var depth: Int { state.depth }

    func openObject(at depth: Int, isSorted: Bool) -> OpenContainer { state.openObject(at: depth, isSorted: isSorted) }

    func openArray() -> OpenContainer { state.openArray() }

    func startMember<Key: CodingKey>(_ key: Key, in container: OpenContainer) { state.startMember(key, in: container) }

    func startElement(in container: OpenContainer) { state.startElement(in: container) }

    // MARK: Values

    func writeNull() { state.writer.null() }

    /// The comparisons vanish where the type is known, and save a call through `Encodable` where it is not.
    @inline(__always)
    func write<T: Encodable>(_ value: T) throws {
        if T.self == String.self { return write(unsafeBitCast(value, to: String.self)) }
        if T.self == Int.self { return write(unsafeBitCast(value, to: Int.self)) }
        if T.self == Bool.self { return write(unsafeBitCast(value, to: Bool.self)) }
        if T.self == Double.self { return try write(unsafeBitCast(value, to: Double.self)) }
        if T.self == JSONValue.self { return try write(unsafeBitCast(value, to: JSONValue.self)) }
        if T.self == Float.self { return try write(unsafeBitCast(value, to: Float.self)) }
        if T.self == Int64.self { return write(Int(unsafeBitCast(value, to: Int64.self))) }
        if T.self == Int32.self { return write(Int(unsafeBitCast(value, to: Int32.self))) }
        if T.self == Int16.self { return write(Int(unsafeBitCast(value, to: Int16.self))) }
        if T.self == Int8.self { return write(Int(unsafeBitCast(value, to: Int8.self))) }
        if T.self == UInt.self { return write(unsafeBitCast(value, to: UInt.self)) }
        if T.self == UInt64.self { return write(UInt(unsafeBitCast(value, to: UInt64.self))) }
        if T.self == UInt32.self { return write(UInt(unsafeBitCast(value, to: UInt32.self))) }
        if T.self == UInt16.self { return write(UInt(unsafeBitCast(value, to: UInt16.self))) }
        if T.self == UInt8.self { return write(UInt(unsafeBitCast(value, to: UInt8.self))) }
        try encode(value)
    }

    /// A value through its own `encode(to:)`. One that writes nothing has no fields: an empty object.
    private func encode<T: Encodable>(_ value: T) throws {
        let depth = state.depth
        let start = state.writer.count
        try value.encode(to: ValueEncoder(session: self, depth: depth))
        state.close(to: depth)
        if state.writer.count == start {
            state.writer.beginObject()
            state.writer.endObject()
        }
    }

    private func write(_ value: String) { state.writer.string(value) }
    private func write(_ value: Bool) { state.writer.bool(value) }
    private func write(_ value: Int) { state.writer.integer(value) }
    private func write(_ value: UInt) { state.writer.integer(value) }

    private func write(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw error("is not a finite number") }
        state.writer.double(value)
    }

    private func write(_ value: Float) throws(JSONError) {
        guard value.isFinite else { throw error("is not a finite number") }
        state.writer.float(value)
    }

    private func write(_ value: JSONValue) throws(JSONError) {
        guard value.isFinite else { throw error("is not a finite number") }
        state.writer.json(value)
    }

    private func error(_ detail: String) -> JSONError {
        JSONError(pointer: "", detail: detail, offset: state.writer.count)
    }
}

extension JSONValue {
    /// Whether every number in it is, so that JSON can hold it.
    fileprivate var isFinite: Bool {
        switch self {
        case .null, .bool, .int, .string: true
        case .double(let value): value.isFinite
        case .array(let elements): elements.allSatisfy(\.isFinite)
        case .object(let members): members.allSatisfy(\.value.isFinite)
        }
    }
}
