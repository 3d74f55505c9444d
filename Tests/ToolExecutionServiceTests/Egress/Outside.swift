import EventLoop
import HTTPMessage
import HTTPServer

/// A server of the outside, which tells what it was asked.
final class Outside {
    struct Request: Equatable {
        let method: String
        let target: String
        let fields: [String: String]
        let body: String
    }

    let port: UInt16
    private(set) var requests: [Request] = []
    /// What it answers, by path; `ok` where nothing is said.
    var answers: [String: HTTPServerResponse] = [:]
    private let server: HTTPServer
    private let task: LoopTask<Void>

    init(on loop: EventLoop) throws {
        let listener = try loop.listen(on: .loopback(port: 0))
        port = listener.address.port ?? 0
        let server = HTTPServer(on: loop)
        self.server = server
        let box = Box()
        task = loop.spawn {
            try await server.serve(listener) { try await box.outside?.answer($0) ?? HTTPServerResponse(status: .notFound) }
        }
        box.outside = self
    }

    private final class Box { weak var outside: Outside? }

    func stop() async {
        await server.shutdown(deadline: .zero)
        task.cancel()
        _ = try? await task.value
    }

    private func answer(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        let body = try await request.body.collect(upTo: 1 << 20)
        var fields: [String: String] = [:]
        for field in request.fields { fields[field.name] = field.value }
        requests.append(
            Request(
                method: request.method.name, target: request.head.target, fields: fields, body: String(decoding: body, as: UTF8.self)))
        return answers[String(request.path)]
            ?? HTTPServerResponse(status: .ok, fields: ["content-type": "text/plain", "x-outside": "yes"], body: Array("ok".utf8))
    }
}
