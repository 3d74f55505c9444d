internal import JSON

/// Writes log lines: one JSON object each, with `ts`, `level`, `msg`, `service`, `request_id`, `trace_id`, then the fields of the line.
///
/// A logger is a value that carries what its lines have in common; copies write to the same output.
package struct Logger {
    /// Lines below this level are left out.
    package var level: LogLevel
    /// The request to which the lines belong.
    package var requestID: String?
    /// The trace to which the lines belong.
    package var traceID: String?
    private let service: String
    private let output: LogOutput

    /// Bytes of a message or a text value that are kept.
    private static let textLimit = 2 << 10
    /// Bytes after which a line takes no more fields.
    private static let lineLimit = 8 << 10

    /// A logger for the lines of one service.
    package init(service: String, level: LogLevel = .info, output: LogOutput) {
        self.service = service
        self.level = level
        self.output = output
    }

    /// The same logger for the lines of one request.
    package func with(requestID: String?, traceID: String? = nil) -> Logger {
        var copy = self
        copy.requestID = requestID
        copy.traceID = traceID ?? self.traceID
        return copy
    }

    /// Writes a line that helps whoever looks for a fault.
    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if level <= .debug { write(.debug, message(), fields()) }
    }

    /// Writes a line about the normal course of things.
    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if level <= .info { write(.info, message(), fields()) }
    }

    /// Writes a line about something that went wrong and was dealt with.
    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if level <= .warning { write(.warning, message(), fields()) }
    }

    /// Writes a line about something that someone has to look at.
    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if level <= .error { write(.error, message(), fields()) }
    }

    private func write(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, LogValue>) {
        var line = JSONWriter(reserving: 320)
        line.beginObject()
        line.field("ts", output.timestamp())
        line.field("level", level.rawValue)
        line.field("msg", message.cut(to: Self.textLimit))
        line.field("service", service)
        if let requestID { line.field("request_id", requestID.cut(to: Self.textLimit)) }
        if let traceID { line.field("trace_id", traceID.cut(to: Self.textLimit)) }
        for (name, value) in fields {
            guard line.count < Self.lineLimit else {
                line.field("truncated", true)
                break
            }
            switch value {
            case .string(let text): line.field(name.cut(to: 64), text.cut(to: Self.textLimit))
            case .int(let number): line.field(name.cut(to: 64), number)
            case .double(let number): line.field(name.cut(to: 64), number)
            case .bool(let flag): line.field(name.cut(to: 64), flag)
            }
        }
        line.endObject()
        output.append(line.bytes, isUrgent: level == .error)
    }
}

extension String {
    /// The text itself, or its beginning of at most `limit` UTF-8 bytes without half a character, and an ellipsis.
    fileprivate func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }
}
