import EventLoop
import HTTPFraming
import HTTPMessage
import HTTPServer
import Support

/// Runs `body` with a server that listens on a port of its own and answers with `handler`.
func withServer(
    _ configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    handler: @escaping @Sendable (HTTPServerRequest) async throws -> HTTPServerResponse,
    _ body: @escaping @Sendable (HTTPServer, SocketAddress) async throws -> Void
) async throws {
    try await withLoop { loop in
        let listener = try loop.listen(on: .loopback(port: 0))
        let server = HTTPServer(on: loop, configuration: configuration)
        let serving = loop.spawn { try await server.serve(listener, handler) }
        // No test is to hang: what takes longer has failed.
        try await loop.withTimeout(.seconds(120)) { try await body(server, listener.address) }
        await server.shutdown(deadline: .milliseconds(100))
        try await serving.value
    }
}

/// The same in virtual time, for what is about time.
func withSimulatedServer(
    _ configuration: HTTPServerConfiguration, handler: @escaping @Sendable (HTTPServerRequest) async throws -> HTTPServerResponse,
    _ body: @escaping @Sendable (HTTPServer, SocketAddress) async throws -> Void
) throws {
    try withSimulatedLoop { loop in
        let listener = try loop.listen(on: .loopback(port: 0))
        let server = HTTPServer(on: loop, configuration: configuration)
        let serving = loop.spawn { try await server.serve(listener, handler) }
        try await body(server, listener.address)
        await server.shutdown(deadline: .milliseconds(100))
        try await serving.value
    }
}

/// A client that sends any bytes it likes.
final class TestClient {
    struct Answer: Equatable {
        var status = 0
        var fields = HTTPFields()
        var body = ""
    }

    let stream: SocketStream
    private var received: [UInt8] = []
    private var parser = HTTPResponseParser()

    init(_ address: SocketAddress, on loop: EventLoop) async throws {
        stream = try await loop.connect(to: address)
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// The next whole response; nil when the connection ended instead.
    func answer(to method: HTTPMethod = .get) async throws -> Answer? {
        var answer = Answer()
        parser.expectResponse(to: method)
        while true {
            var position = 0
            let bytes = received
            var isOver = false
            while !isOver, let event = try parser.next(bytes.span, from: &position) {
                switch event {
                case .informational(let response): answer.fields.append("x-informational", String(response.status.code))
                case .head(let head):
                    answer.status = head.response.status.code
                    answer.fields.append(contentsOf: head.response.fields)
                case .body(let place): answer.body += String(decoding: bytes[place], as: UTF8.self)
                case .end: isOver = true
                }
            }
            received.removeFirst(position)
            if isOver { return answer }
            guard try await read() else { return try parser.finish() ? answer : nil }
        }
    }

    /// Everything up to the end of the connection.
    func rest() async throws -> String {
        while try await read() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    private func read() async throws -> Bool {
        do {
            return try await stream.read(appendingTo: &received) > 0
        } catch let error as SocketError where error.code == 104 {
            return false
        }
    }
}

/// Answers with what came in: method, target and body.
func echo(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
    let body = try await request.body.collect(upTo: 1 << 20)
    return HTTPServerResponse(
        status: .ok, body: Array("\(request.method) \(request.head.target) \(String(decoding: body, as: UTF8.self))".utf8))
}

let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
