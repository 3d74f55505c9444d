/// A committed row of the journal: the events `firstSequence` to `lastSequence`, dense, but for the first one, which has the last of the numbers
/// that it stands for when there are more numbers than events.
package struct JournalRow: Sendable, Hashable {
    package let firstSequence: Int
    package let lastSequence: Int
    package let epoch: Int
    /// The public JSON of the events, as an array.
    package let payload: [UInt8]

    package init(firstSequence: Int, lastSequence: Int, epoch: Int, payload: [UInt8]) {
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.epoch = epoch
        self.payload = payload
    }

    /// The events as they are shown.
    package func numberedEvents() throws -> [NumberedEvent] {
        let parts = try Self.split(payload)
        guard !parts.isEmpty, parts.count <= lastSequence - firstSequence + 1 else {
            throw CorruptJournal("row \(firstSequence)…\(lastSequence) has \(parts.count) events")
        }
        return parts.enumerated().map { index, part in
            NumberedEvent(sequence: lastSequence - parts.count + 1 + index, type: Self.type(of: part), data: Array(part))
        }
    }

    /// Joins the JSON of events to an array.
    package static func payload(of events: [JournalEvent]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(events.reduce(1) { $0 + $1.data.count + 1 })
        bytes.append(UInt8(ascii: "["))
        for (index, event) in events.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: event.data)
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }

    /// The texts of an array's objects, byte for byte as they stand there.
    static func split(_ payload: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var (depth, start) = (0, 0)
        var (inString, escaped) = (false, false)
        for (index, byte) in payload.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 2 { start = index }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 1 { parts.append(payload[start...index]) }
            default: break
            }
        }
        guard depth == 0, !inString else { throw CorruptJournal("a payload is no array of events") }
        return parts
    }

    private static let opening = Array(#"{"type":""#.utf8)

    /// Every event begins with its type.
    private static func type(of data: ArraySlice<UInt8>) -> String {
        guard data.starts(with: opening) else { return "unknown" }
        return String(decoding: data.dropFirst(opening.count).prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }
}
