/// A container that is open, named by its depth and a number of its own.
struct OpenContainer {
    let depth: Int
    let serial: Int
}

/// The text so far and the containers that are open in it. `Encodable` never says that a container is finished: it is when its value
/// is, or when something outside it is written.
struct EncodingState: ~Copyable {
    private struct Level {
        let serial: Int
        let isObject: Bool
        /// Where the starts of its members begin in `memberStarts`, if the members are to be sorted.
        let firstStart: Int?
    }

    var writer: JSONWriter
    private var levels: [Level] = []
    private var memberStarts: [Int] = []
    private var lastSerial = 0
    private(set) var wroteAfterEnd = false

    init(_ writer: consuming JSONWriter) {
        self.writer = writer
        levels.reserveCapacity(8)
    }

    /// The number of open containers.
    var depth: Int { levels.count }

    /// The object of a value that started at this depth. A second keyed container of one value goes on in the object of the first,
    /// as tagged unions want it.
    mutating func openObject(at depth: Int, isSorted: Bool) -> OpenContainer {
        if levels.count > depth, levels[depth].isObject {
            close(to: depth + 1)
            return OpenContainer(depth: depth, serial: levels[depth].serial)
        }
        writer.beginObject()
        return open(isObject: true, firstStart: isSorted ? memberStarts.count : nil)
    }

    mutating func openArray() -> OpenContainer {
        writer.beginArray()
        return open(isObject: false, firstStart: nil)
    }

    private mutating func open(isObject: Bool, firstStart: Int?) -> OpenContainer {
        lastSerial += 1
        levels.append(Level(serial: lastSerial, isObject: isObject, firstStart: firstStart))
        return OpenContainer(depth: levels.count - 1, serial: lastSerial)
    }

    /// Makes a container the innermost one. Writing to one that is closed already is a fault of the type; it is only noted, since not
    /// every call that writes can throw.
    @inline(__always)
    private mutating func enter(_ container: OpenContainer) {
        guard container.depth < levels.count, levels[container.depth].serial == container.serial else {
            wroteAfterEnd = true
            return
        }
        if container.depth + 1 < levels.count { close(to: container.depth + 1) }
    }

    mutating func close(to depth: Int) {
        while levels.count > depth {
            let level = levels.removeLast()
            guard level.isObject else {
                writer.endArray()
                continue
            }
            if let first = level.firstStart { sort(from: first) }
            writer.endObject()
        }
    }

    private mutating func sort(from first: Int) {
        let starts = Array(memberStarts[first...])
        memberStarts.removeSubrange(first...)
        if starts.count > 1 { writer.sortMembers(startingAt: starts) }
    }

    mutating func startMember<Key: CodingKey>(_ key: Key, in container: OpenContainer) {
        enter(container)
        if let first = levels.last?.firstStart {
            memberStarts.append(writer.count + (memberStarts.count > first ? 1 : 0))
        }
        if holdsAnyName(Key.self) {
            writer.key(key.stringValue)
        } else {
            writer.snakeCaseKey(key.stringValue)
        }
    }

    mutating func startElement(in container: OpenContainer) {
        enter(container)
    }
}
