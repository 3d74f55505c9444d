internal import EventLoop
package import HTTPMessage
internal import HTTPServer
package import ServiceKit
internal import WireProtocol

/// Writes the events of a journal as a `text/event-stream` until it has ended, or what the reader asked for has, or the reader is gone. A
/// reader who leaves stops nothing.
package struct JournalEventStream {
    private static let silence = Duration.seconds(15)
    private static let retryMilliseconds = 1000

    private var follower: JournalFollower
    private let shown: Int
    private let isLast: (NumberedEvent) async throws -> Bool

    /// - Parameters:
    ///   - shown: What the reader knows already: events up to this number are looked at, and not written.
    ///   - isLast: Whether the stream ends after an event; asked for each, in order.
    package init(
        _ follower: JournalFollower, after shown: Int = 0, until isLast: @escaping (NumberedEvent) async throws -> Bool = { _ in false }
    ) {
        self.follower = follower
        self.shown = shown
        self.isLast = isLast
    }

    /// Gives the text to `send`, piece by piece.
    package mutating func write(_ send: ([UInt8]) async throws -> Void) async throws {
        var output: [UInt8] = Array("retry: \(Self.retryMilliseconds)\n\n".utf8)
        try await send(output)
        var isOver = false
        while !isOver, !follower.isOver {
            let events: [NumberedEvent]
            do { events = try await follower.next(atMost: Self.silence) } catch is Problem {
                // The stream breaks off; the reader comes back with the last number.
                return
            }
            output.removeAll(keepingCapacity: true)
            if events.isEmpty { ServerSentEvent.writeComment("", into: &output) }
            for event in events {
                if event.sequence > shown { Self.write(event, into: &output) }
                isOver = try await isLast(event)
                if isOver { break }
            }
            if !output.isEmpty { try await send(output) }
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
    /// An answer that streams what follows, as `JournalEventStream` does; when that is nothing, it ends at once.
    package func reply<Body>(
        _ fields: HTTPFields = [:], after shown: Int = 0, until isLast: @escaping (NumberedEvent) async throws -> Bool = { _ in false }
    ) -> Reply<Body> {
        var fields = fields
        fields.append("cache-control", "no-store")
        return Reply(
            status: .ok, fields: fields,
            .stream(mediaType: "text/event-stream", length: nil) { [self] writer in
                var stream = JournalEventStream(self, after: shown, until: isLast)
                try await stream.write { try await writer.write($0) }
            })
    }
}
