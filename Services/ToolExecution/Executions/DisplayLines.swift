internal import JSON
internal import WireProtocol

/// Reads what an interpreter displays: one JSON object a line. The payload may write there too, so nothing in it is believed but its shape.
struct DisplayLines {
    private var waiting: [UInt8] = []
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
        while let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(waiting[..<end])
            waiting.removeFirst(end + 1)
            taken += 1
            if taken <= Self.mostValues, let event = Self.event(line) { events.append(event) }
        }
        if waiting.count > Self.longestLine { waiting = [] }
        return events
    }

    private static func event(_ line: [UInt8]) -> ExecutionEvent? {
        if let error = try? JSONCodec.decode(Line.self, from: line, unknownFields: .ignored).error { return .raised(error) }
        return (try? JSONCodec.decode(DisplayedValue.self, from: line, unknownFields: .ignored)).map { .value($0) }
    }
}
