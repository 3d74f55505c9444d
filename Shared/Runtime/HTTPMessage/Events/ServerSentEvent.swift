/// One event of a `text/event-stream` (WHATWG HTML, 9.2).
package struct ServerSentEvent: Hashable, Sendable {
    /// The id that a reader sends back as `Last-Event-ID`; nil leaves the last one as it was.
    package var id: String?
    /// The type; nil means `message`.
    package var event: String?
    /// The data; each of its lines becomes one `data` field.
    package var data: String
    /// How long a reader is to wait before it connects again, in milliseconds.
    package var retryMilliseconds: Int?

    /// An event.
    package init(id: String? = nil, event: String? = nil, data: String, retryMilliseconds: Int? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.retryMilliseconds = retryMilliseconds
    }

    /// Adds the event as it is sent. Line ends in id and type become spaces.
    package func write(into output: inout [UInt8]) {
        if let id { Self.writeField("id: ", id, into: &output) }
        if let event { Self.writeField("event: ", event, into: &output) }
        if let retryMilliseconds { Self.writeField("retry: ", String(retryMilliseconds), into: &output) }
        output.append(contentsOf: "data: ".utf8)
        var afterReturn = false
        for byte in data.utf8 {
            if byte == 0x0D || (byte == 0x0A && !afterReturn) {
                output.append(contentsOf: "\ndata: ".utf8)
            } else if byte != 0x0A {
                output.append(byte)
            }
            afterReturn = byte == 0x0D
        }
        output.append(contentsOf: "\n\n".utf8)
    }

    /// Adds a comment line, which keeps a silent stream alive.
    package static func writeComment(_ text: String, into output: inout [UInt8]) {
        writeField(": ", text, into: &output)
        output.append(0x0A)
    }

    private static func writeField(_ name: String, _ value: String, into output: inout [UInt8]) {
        output.append(contentsOf: name.utf8)
        for byte in value.utf8 { output.append(byte == 0x0A || byte == 0x0D || byte == 0 ? 0x20 : byte) }
        output.append(0x0A)
    }
}
