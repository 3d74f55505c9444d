import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

/// Somebody who is logged in and calls the gateway.
struct Person {
    let system: RunningSystem
    let tokens: TokenAnswer

    struct Answer {
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]

        func decode<T: Decodable>(_ type: T.Type = T.self, sourceLocation: SourceLocation = #_sourceLocation) throws -> T {
            if status >= 400 { Issue.record("\(status): \(String(decoding: body, as: UTF8.self))", sourceLocation: sourceLocation) }
            return try JSONCodec.decode(type, from: body, unknownFields: .ignored)
        }

        var problem: ProblemCode? { try? JSONCodec.decode(Problem.self, from: body, unknownFields: .ignored).code }
    }

    /// Registers somebody new.
    static func register(_ system: RunningSystem, email: String = "ada@example.com") async throws -> Person {
        let answer = try await send(
            system, .post, "/api/v1/auth/register", Registration(email: email, password: "correct horse", displayName: "Ada"))
        return Person(system: system, tokens: try answer.decode())
    }

    /// Registers somebody new who belongs to another's organisation.
    static func join(_ other: Person, email: String) async throws -> Person {
        let system = other.system
        _ = try await register(system, email: email)
        let host = try await other.get("/api/v1/auth/me").decode(User.self)
        let (status, output) = try await system[.auth].runAgain(arguments: ["organization", email, "--join", host.email])
        guard status == .exited(code: 0) else { throw ProcessFailure(name: .auth, detail: "organization: \(status)", output: output) }
        let answer = try await send(system, .post, "/api/v1/auth/login", Login(email: email, password: "correct horse"))
        return Person(system: system, tokens: try answer.decode())
    }

    /// Calls as nobody.
    static func send(_ system: RunningSystem, _ method: HTTPMethod, _ path: String, _ body: some Encodable) async throws -> Answer {
        try await send(
            system, HTTPClientRequest(method, path, fields: [.contentType: "application/json"], body: .bytes(JSONCodec.encode(body))))
    }

    private static func send(_ system: RunningSystem, _ request: HTTPClientRequest) async throws -> Answer {
        let response = try await system.client.send(request, to: system.gateway)
        return Answer(status: response.status.code, fields: response.fields, body: try await response.body.collect(upTo: 64 << 20))
    }

    func request(_ method: HTTPMethod, _ path: String, fields: HTTPFields = HTTPFields(), body: HTTPClientRequest.Body = .none)
        -> HTTPClientRequest
    {
        var fields = fields
        fields.append(.authorization, "Bearer " + tokens.accessToken)
        return HTTPClientRequest(method, path, fields: fields, body: body)
    }

    func get(_ path: String, fields: HTTPFields = HTTPFields()) async throws -> Answer {
        try await Self.send(system, request(.get, path, fields: fields))
    }

    func delete(_ path: String) async throws -> Answer { try await Self.send(system, request(.delete, path)) }

    /// Calls with any bytes as JSON.
    func send(_ method: HTTPMethod, _ path: String, json: [UInt8], fields: HTTPFields = HTTPFields()) async throws -> Answer {
        var fields = fields
        fields.append(.contentType, "application/json")
        return try await Self.send(system, request(method, path, fields: fields, body: .bytes(json)))
    }

    func post(_ path: String, _ body: some Encodable, fields: HTTPFields = HTTPFields()) async throws -> Answer {
        var fields = fields
        fields.append(.contentType, "application/json")
        return try await Self.send(system, request(.post, path, fields: fields, body: .bytes(try JSONCodec.encode(body))))
    }

    func upload(_ path: String, _ bytes: [UInt8]) async throws -> Answer {
        try await Self.send(system, request(.post, path, fields: [.contentType: "application/octet-stream"], body: .bytes(bytes)))
    }

    /// Opens a stream of events.
    func events(_ path: String, after: Int? = nil, method: HTTPMethod = .get, body: (any Encodable)? = nil) async throws -> EventReader {
        var fields: HTTPFields = [.accept: "text/event-stream"]
        if let after { fields.append("last-event-id", String(after)) }
        var content = HTTPClientRequest.Body.none
        if let body {
            fields.append(.contentType, "application/json")
            content = .bytes(try JSONCodec.encode(body))
        }
        let response = try await system.client.send(request(method, path, fields: fields, body: content), to: system.gateway)
        try #require(response.status == .ok, "\(response.status)")
        return EventReader(response)
    }
}

/// Reads a stream of events as bytes and as events.
final class EventReader {
    let fields: HTTPFields
    private let body: HTTPResponseBody
    private var parser = ServerSentEventParser()
    private var waiting: [ServerSentEvent] = []

    init(_ response: HTTPClientResponse) {
        fields = response.fields
        body = response.body
    }

    /// The next event; nil at the end of the stream. Throws when it breaks off.
    func next() async throws -> ServerSentEvent? {
        while waiting.isEmpty {
            guard let bytes = try await body.next() else { return nil }
            waiting = try parser.consume(bytes)
        }
        return waiting.removeFirst()
    }

    /// All that is left.
    func rest() async throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        while let event = try await next() { events.append(event) }
        return events
    }

    func cancel() { body.cancel() }
}
