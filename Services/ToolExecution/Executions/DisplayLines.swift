internal import JSON
internal import WireProtocol

/// Reads what an interpreter displays: one JSON object a line. The payload may write there too, so nothing in it is believed but its shape.
struct DisplayLines {
    private var waiting: [UInt8] = []
    /// How much of what waits is known to have no line end.
    private var scanned = 0
    private var taken = 0

    private static let longestLine = 16 << 20
    /// Of one execution.
    private static let mostValues = 200

    private struct Line: Codable {
        var error: RaisedError?
    }

    /// The events of the lines that are whole now.
    mutating func take(_ bytes: [UInt8]) -> [ExecutionEvent] {
        waiting += bytes
        var events: [ExecutionEvent] = []
        // Each byte is looked at once and moved once, however many lines there are and however long one is.
        var start = 0
        while let end = waiting[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
            taken += 1
            if taken <= Self.mostValues, let event = Self.event(Array(waiting[start..<end])) { events.append(event) }
            start = end + 1
            scanned = start
        }
        waiting.removeFirst(start)
        if waiting.count > Self.longestLine { waiting = [] }
        scanned = waiting.count
        return events
    }

    private static func event(_ line: [UInt8]) -> ExecutionEvent? {
        if let error = try? JSONCodec.decode(Line.self, from: line, unknownFields: .ignored).error { return .raised(error) }
        return (try? JSONCodec.decode(DisplayedValue.self, from: line, unknownFields: .ignored)).map { .value($0) }
    }
}
