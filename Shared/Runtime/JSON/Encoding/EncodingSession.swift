/// One encoding: the text so far and the containers that are open in it. `Encodable` never says that a container is finished:
/// it is when its value is, or when something outside it is written.
final class EncodingSession {
    /// A container that is open, named by its depth and a number of its own.
    struct Container {
        let depth: Int
        let serial: Int
    }

    private struct Level {
        let serial: Int
        let isObject: Bool
        /// Whether the members are to be sorted, and if so where each begins.
        let isSorted: Bool
        var members: [Int] = []
    }

    private(set) var writer: JSONWriter
    private var levels: [Level] = []
    private var lastSerial = 0
    private var wroteAfterEnd = false

    init(_ writer: JSONWriter) {
        self.writer = writer
    }

    /// Encodes the one value of this session.
    func encode(root value: some Encodable) throws {
        try write(value)
        if wroteAfterEnd { throw JSONError(pointer: "", detail: "was written to after its end", offset: writer.bytes.count) }
    }

    // MARK: Containers

    /// The number of open containers.
    var depth: Int { levels.count }

    /// The object of a value that started at this depth. A second keyed container of one value goes on in the object of the first,
    /// as tagged unions want it.
    func openObject(at depth: Int, isSorted: Bool) -> Container {
        if levels.count > depth, levels[depth].isObject {
            close(to: depth + 1)
            return Container(depth: depth, serial: levels[depth].serial)
        }
        writer.beginObject()
        return open(isObject: true, isSorted: isSorted)
    }

    func openArray() -> Container {
        writer.beginArray()
        return open(isObject: false, isSorted: false)
    }

    private func open(isObject: Bool, isSorted: Bool) -> Container {
        lastSerial += 1
        levels.append(Level(serial: lastSerial, isObject: isObject, isSorted: isSorted))
        return Container(depth: levels.count - 1, serial: lastSerial)
    }

    /// Makes a container the innermost one. Writing to one that is closed already is a fault of the type, which `finish` reports,
    /// since not every call that writes can throw.
    private func enter(_ container: Container) {
        guard container.depth < levels.count, levels[container.depth].serial == container.serial else {
            wroteAfterEnd = true
            return
        }
        if container.depth + 1 < levels.count { close(to: container.depth + 1) }
    }

    private func close(to depth: Int) {
        while levels.count > depth {
            let level = levels.removeLast()
            if !level.isObject {
                writer.endArray()
            } else {
                if level.members.count > 1 { sort(level.members) }
                writer.endObject()
            }
        }
    }

    /// Puts the members of the innermost object into the order of their keys.
    private func sort(_ starts: [Int]) {
        let text = writer.bytes
        let members = starts.indices.map { index in
            text[starts[index]..<(index + 1 < starts.count ? starts[index + 1] - 1 : text.count)]
        }
        let sorted = members.sorted { $0.lexicographicallyPrecedes($1) }
        writer.replace(from: starts[0], with: Array(sorted.joined(separator: [UInt8(ascii: ",")])))
    }

    func startMember<Key: CodingKey>(_ key: Key, in container: Container) {
        enter(container)
        if !wroteAfterEnd, levels[container.depth].isSorted {
            let comma = levels[container.depth].members.isEmpty ? 0 : 1
            levels[container.depth].members.append(writer.bytes.count + comma)
        }
        if holdsAnyName(Key.self) {
            writer.key(key.stringValue)
        } else {
            writer.snakeCaseKey(key.stringValue)
        }
    }

    func startElement(in container: Container) {
        enter(container)
    }

    // MARK: Values

    func writeNull() { writer.null() }

    /// The comparisons vanish where the type is known, and save a call through `Encodable` where it is not.
    @inline(__always)
    func write<T: Encodable>(_ value: T) throws {
        if T.self == String.self { return writer.string(unsafeBitCast(value, to: String.self)) }
        if T.self == Int.self { return writer.integer(unsafeBitCast(value, to: Int.self)) }
        if T.self == Bool.self { return writer.bool(unsafeBitCast(value, to: Bool.self)) }
        if T.self == Double.self { return try write(unsafeBitCast(value, to: Double.self)) }
        if T.self == JSONValue.self { return try write(unsafeBitCast(value, to: JSONValue.self)) }
        if T.self == Float.self { return try write(unsafeBitCast(value, to: Float.self)) }
        if T.self == Int64.self { return writer.integer(unsafeBitCast(value, to: Int64.self)) }
        if T.self == Int32.self { return writer.integer(unsafeBitCast(value, to: Int32.self)) }
        if T.self == Int16.self { return writer.integer(unsafeBitCast(value, to: Int16.self)) }
        if T.self == Int8.self { return writer.integer(unsafeBitCast(value, to: Int8.self)) }
        if T.self == UInt.self { return writer.integer(unsafeBitCast(value, to: UInt.self)) }
        if T.self == UInt64.self { return writer.integer(unsafeBitCast(value, to: UInt64.self)) }
        if T.self == UInt32.self { return writer.integer(unsafeBitCast(value, to: UInt32.self)) }
        if T.self == UInt16.self { return writer.integer(unsafeBitCast(value, to: UInt16.self)) }
        if T.self == UInt8.self { return writer.integer(unsafeBitCast(value, to: UInt8.self)) }
        try encode(value)
    }

    /// A value through its own `encode(to:)`. One that writes nothing has no fields: an empty object.
    private func encode<T: Encodable>(_ value: T) throws {
        let depth = levels.count
        let start = writer.bytes.count
        try value.encode(to: ValueEncoder(session: self, depth: depth))
        close(to: depth)
        if writer.bytes.count == start {
            writer.beginObject()
            writer.endObject()
        }
    }

    private func write(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw notFinite }
        writer.double(value)
    }

    private func write(_ value: Float) throws(JSONError) {
        guard value.isFinite else { throw notFinite }
        writer.float(value)
    }

    private func write(_ value: JSONValue) throws(JSONError) {
        guard value.isFinite else { throw notFinite }
        writer.json(value)
    }

    private var notFinite: JSONError {
        JSONError(pointer: "", detail: "is not a finite number", offset: writer.bytes.count)
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
