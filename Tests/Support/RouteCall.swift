package import EventLoop
internal import HTTPClient
package import HTTPMessage
internal import HTTPServer
internal import JSON
package import ServiceKit
package import WireProtocol

/// What a service answered without a socket.
package struct RouteAnswer: Sendable {
    package let status: Int
    package let fields: HTTPFields
    /// Empty when the answer was a stream.
    package let body: [UInt8]

    /// The body as a value, which has no field that the type does not know.
    package func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        try JSONCodec.decode(type, from: body, unknownFields: .refused)
    }

    private var problem: Problem? { try? decode(Problem.self) }

    /// The places that a problem names.
    package var pointers: [String] { (problem?.errors ?? []).map(\.pointer) }
    /// What a problem says of its places.
    package var details: [String] { (problem?.errors ?? []).map(\.detail) }
    /// Which problem it is.
    package var code: ProblemCode? { problem?.code }
}

extension ServiceRoutes {
    /// Answers a request of whom the token is for, without a socket; `json` is its body.
    package func answer(
        _ method: HTTPMethod, _ target: String, token: String, _ json: String? = nil, fields extra: HTTPFields = HTTPFields(),
        on loop: EventLoop
    ) async throws -> RouteAnswer {
        var fields: HTTPFields = [.authorization: "Bearer " + token]
        if json != nil { fields.append(.contentType, "application/json") }
        for field in extra { if let name = HTTPFieldName(field.name) { fields.append(name, field.value) } }
        let head = HTTPRequest(method: method, target: target, fields: fields)
        let response = try await handle(HTTPServerRequest(head, body: Array((json ?? "").utf8), on: loop))
        guard case .bytes(let body) = response.body else {
            return RouteAnswer(status: response.status.code, fields: response.fields, body: [])
        }
        return RouteAnswer(status: response.status.code, fields: response.fields, body: body)
    }

    /// Opens a stream of events over a socket and reads it to its end.
    package func stream(
        _ method: HTTPMethod, _ target: String, token: String, _ json: String? = nil, fields extra: HTTPFields = HTTPFields(),
        on loop: EventLoop
    ) async throws -> [ServerSentEvent] {
        let listener = try loop.listen(on: .loopback(port: 0))
        defer { listener.close() }
        let server = HTTPServer(on: loop)
        loop.spawn { [self, listener] in try await server.serve(listener, handle) }
        var fields: HTTPFields = [.authorization: "Bearer " + token, .accept: "text/event-stream"]
        if json != nil { fields.append(.contentType, "application/json") }
        for field in extra { if let name = HTTPFieldName(field.name) { fields.append(name, field.value) } }
        let response = try await HTTPClient(on: loop).send(
            HTTPClientRequest(method, target, fields: fields, body: json.map { .bytes(Array($0.utf8)) } ?? .none),
            to: HTTPOrigin(host: "127.0.0.1", port: listener.address.port))
        guard response.status == .ok else { throw NoStream(status: response.status.code) }
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        while let bytes = try await response.body.next() { events += try parser.consume(bytes) }
        return events
    }
}

/// What was asked for as a stream was answered otherwise.
private struct NoStream: Error { let status: Int }
