internal import HTTPClient
internal import HTTPMessage
internal import WireProtocol

/// The events of a streamed answer, in order.
package final class ServiceEvents {
    private let body: HTTPResponseBody
    private var parser = ServerSentEventParser()
    private var waiting: [ServerSentEvent] = []
    private var position = 0

    init(_ body: HTTPResponseBody) { self.body = body }

    /// The data of the next event as it came, or nil when the stream has ended. Throws a problem when it breaks off.
    package func next() async throws -> [UInt8]? {
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
        return Array(waiting[position].data.utf8)
    }

    /// Gives the rest up, and with it the connection.
    package func cancel() { body.cancel() }
}
