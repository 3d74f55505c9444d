internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

extension Reply {
    /// The events of an execution as a `text/event-stream`, from the one after `number`; a comment keeps a silent stream alive.
    static func events(of log: ExecutionLog, after number: Int) -> Reply {
        Reply(
            .stream(mediaType: "text/event-stream", length: nil) { writer in
                try await follow(log, after: number, writer)
            })
    }

    private static func follow(_ log: ExecutionLog, after number: Int, _ writer: HTTPBodyWriter) async throws {
        var number = number
        while true {
            guard try await log.hasEvent(after: number, atMost: .seconds(15)) else {
                var comment: [UInt8] = []
                ServerSentEvent.writeComment("", into: &comment)
                try await writer.write(comment)
                continue
            }
            var bytes: [UInt8] = []
            while let event = log.events.dropFirst(number).first {
                number += 1
                try write(event, number, into: &bytes)
            }
            if !bytes.isEmpty { try await writer.write(bytes) }
            if log.isComplete, number >= log.events.count { return }
        }
    }

    private static func write(_ event: ExecutionEvent, _ number: Int, into bytes: inout [UInt8]) throws {
        let data = String(decoding: try JSONCodec.encode(event), as: UTF8.self)
        ServerSentEvent(id: String(number), event: event.tag.rawValue, data: data).write(into: &bytes)
    }
}

extension RequestContext {
    /// The number of the last event that the client has, 0 for none; a problem 400 when it is no number.
    func lastEventID() throws -> Int {
        guard let text = request.fields["last-event-id"], !text.isEmpty else { return 0 }
        guard let number = Int(text), number >= 0 else { throw Problem(.malformedRequest, detail: "Last-Event-ID is not a number") }
        return number
    }
}
