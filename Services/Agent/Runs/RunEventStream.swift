internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import WireProtocol

/// Writes the events of a run as a `text/event-stream` until the run has ended or the reader is gone. A reader who leaves stops nothing.
struct RunEventStream {
    private static let silence = Duration.seconds(15)
    private static let retryMilliseconds = 1000

    private var follower: RunFollower
    private let isOver: Bool

    /// - Parameter isOver: Whether the reader has had the last event of the run already.
    init(_ follower: RunFollower, isOver: Bool = false) {
        self.follower = follower
        self.isOver = isOver
    }

    mutating func write(to writer: HTTPBodyWriter) async throws {
        var output: [UInt8] = Array("retry: \(Self.retryMilliseconds)\n\n".utf8)
        try await writer.write(output)
        while !isOver {
            let events: [NumberedEvent]
            do { events = try await follower.next(atMost: Self.silence) } catch is Problem {
                // The stream breaks off; the reader comes back with the last number.
                return
            }
            output.removeAll(keepingCapacity: true)
            if events.isEmpty { ServerSentEvent.writeComment("", into: &output) }
            for event in events { Self.write(event, into: &output) }
            try await writer.write(output)
            if events.last?.isFinal == true { return }
        }
    }

    /// Public JSON is one line, so it is sent as it stands.
    private static func write(_ event: NumberedEvent, into output: inout [UInt8]) {
        output.append(contentsOf: "id: \(event.sequence)\nevent: \(event.type)\ndata: ".utf8)
        output.append(contentsOf: event.data)
        output.append(contentsOf: "\n\n".utf8)
    }
}
