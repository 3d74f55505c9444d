/// Why an event stream was given up.
package enum ServerSentEventError: Error, Hashable, Sendable {
    /// One event is larger than the parser's bound.
    case eventTooLarge
}

/// Reads a `text/event-stream` in whatever pieces it comes; holds at most one event.
package struct ServerSentEventParser: Sendable {

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>
    private let maximumEventBytes: Int
    /// The beginning of a line whose end is still to come.
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var event: String?
    private var id: String?
    private var retryMilliseconds: Int?
    private var afterReturn = false
    private var isFirstLine = true

    /// A parser that refuses an event of more than this many bytes.
    package init(maximumEventBytes: Int = 1 << 20) {
        self.maximumEventBytes = maximumEventBytes
    }

    /// Takes the next bytes and returns the events that they complete.
    package mutating func consume(_ bytes: some Sequence<UInt8>) throws(ServerSentEventError) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        // The iterator of a sequence that is not known here would cost more than all the rest.
        let isBounded =
            bytes.withContiguousStorageIfAvailable { take($0, &events) } ?? Array(bytes).withUnsafeBufferPointer { take($0, &events) }
        guard isBounded else { throw .eventTooLarge }
        return events
    }

    /// Whether no event is too large.
    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, _ events: inout [ServerSentEvent]) -> Bool {
        var rest = bytes[...]
        while let first = rest.first {
            if afterReturn {
                afterReturn = false
                if first == 0x0A {
                    rest.removeFirst()
                    continue
                }
            }
            let content = rest.prefix { $0 != 0x0A && $0 != 0x0D }
            guard line.count + data.count + content.count <= maximumEventBytes else { return false }
            rest = rest[content.endIndex...]
            guard let end = rest.popFirst() else {
                line.append(contentsOf: content)
                return true
            }
            afterReturn = end == 0x0D
            if let event = takeLine(endingWith: content) { events.append(event) }
        }
        return true
    }

    private mutating func takeLine(endingWith end: Bytes) -> ServerSentEvent? {
        // Most lines come in one piece, and are read where they stand.
        if line.isEmpty { return takeLine(end) }
        let whole = line + end
        line.removeAll(keepingCapacity: true)
        return whole.withUnsafeBufferPointer { takeLine($0[...]) }
    }

    private mutating func takeLine(_ line: Bytes) -> ServerSentEvent? {
        var content = line
        if isFirstLine {
            isFirstLine = false
            if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        }
        if content.isEmpty { return dispatch() }
        let colon = content.firstIndex(of: UInt8(ascii: ":"))
        if colon == content.startIndex { return nil }
        let name = String(decoding: content[..<(colon ?? content.endIndex)], as: UTF8.self)
        var value = content[(colon.map { $0 + 1 } ?? content.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        takeField(name, value)
        return nil
    }

    private mutating func takeField(_ name: String, _ value: Bytes) {
        switch name {
        case "data":
            if hasData { data.append(0x0A) }
            data.append(contentsOf: value)
            hasData = true
        case "event":
            event = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0):
            id = String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.allSatisfy(FieldCharacters.isDigit):
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self))
        default:
            break
        }
    }

    /// As the standard has it, an event without data is not dispatched.
    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            data.removeAll(keepingCapacity: true)
            hasData = false
            event = nil
            id = nil
            retryMilliseconds = nil
        }
        guard hasData else { return nil }
        return ServerSentEvent(id: id, event: event, data: String(decoding: data, as: UTF8.self), retryMilliseconds: retryMilliseconds)
    }
}
