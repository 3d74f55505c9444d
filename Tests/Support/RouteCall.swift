package import EventLoop
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
}
