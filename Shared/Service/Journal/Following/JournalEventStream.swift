internal import EventLoop
package import HTTPMessage
internal import HTTPServer
package import ServiceKit
internal import WireProtocol

/// Writes the events of a journal as a `text/event-stream` until it has ended or the reader is gone. A reader who leaves stops nothing.
package struct JournalEventStream {
    private static let silence = Duration.seconds(15)
    private static let retryMilliseconds = 1000

    private var follower: JournalFollower

    package init(_ follower: JournalFollower) { self.follower = follower }

    /// Gives the text to `send`, piece by piece.
    package mutating func write(_ send: ([UInt8]) async throws -> Void) async throws {
        var output: [UInt8] = Array("retry: \(Self.retryMilliseconds)\n\n".utf8)
        try await send(output)
        while !follower.isOver {
            let events: [NumberedEvent]
            do { events = try await follower.next(atMost: Self.silence) } catch is Problem {
                // The stream breaks off; the reader comes back with the last number.
                return
            }
            output.removeAll(keepingCapacity: true)
            if events.isEmpty { ServerSentEvent.writeComment("", into: &output) }
            for event in events { Self.write(event, into: &output) }
            try await send(output)
        }
    }

    /// Public JSON is one line, so it is sent as it stands.
    private static func write(_ event: NumberedEvent, into output: inout [UInt8]) {
        output.append(contentsOf: "id: \(event.sequence)\nevent: \(event.type)\ndata: ".utf8)
        output.append(contentsOf: event.data)
        output.append(contentsOf: "\n\n".utf8)
    }
}

extension JournalFollower {
    /// An answer that streams what follows; when that is nothing, it ends at once.
    package func reply<Body>(_ fields: HTTPFields = [:]) -> Reply<Body> {
        var fields = fields
        fields.append("cache-control", "no-store")
        return Reply(
            status: .ok, fields: fields,
            .stream(mediaType: "text/event-stream", length: nil) { [self] writer in
                var stream = JournalEventStream(self)
                try await stream.write { try await writer.write($0) }
            })
    }
}
