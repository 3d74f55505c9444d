internal import HTTPClient
internal import HTTPMessage
internal import WireProtocol

/// The events of a streamed answer, in order.
package final class ServiceEvents {
    /// One event: its number, its type, and its data as it came.
    package struct Event: Sendable {
        package let id: String?
        package let type: String
        package let data: [UInt8]
    }

    private let body: HTTPResponseBody
    private var parser = ServerSentEventParser()
    private var waiting: [ServerSentEvent] = []
    private var position = 0

    init(_ body: HTTPResponseBody) { self.body = body }

    /// The next event, or nil when the stream has ended. Throws a problem when it breaks off.
    package func next() async throws -> Event? {
        while position == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            position = 0
            do {
                guard let bytes = try await body.next() else { return nil }
                waiting = try parser.consume(bytes)
            } catch let error as HTTPClientError {
                throw Problem(.unavailable, detail: "the stream broke off: \(error)")
            } catch is ServerSentEventError {
                throw Problem(.badGateway, detail: "the stream holds an event that is too large or malformed")
            }
        }
        defer { position += 1 }
        let event = waiting[position]
        return Event(id: event.id, type: event.event ?? "message", data: Array(event.data.utf8))
    }

    /// Gives the rest up, and with it the connection.
    package func cancel() { body.cancel() }
}
