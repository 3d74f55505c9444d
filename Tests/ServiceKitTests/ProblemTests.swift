import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Problems", .timeLimit(.minutes(15)))
struct ProblemTests {
    @Test("JSON of our own that cannot be read is our mistake, not the client's")
    func brokenColumn() async throws {
        try await withLoop { loop in
            let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
            let routes = ServiceRoutes(loop: loop, verifier: nil, log: log, metrics: MetricsRegistry())
            routes.on(ServiceAPI.live) { _, _ in
                .json(try JSONCodec.decode(PublicHealth.self, from: Array("{".utf8), unknownFields: .refused))
            }
            let answer = try await routes.handle(HTTPServerRequest(HTTPRequest(method: .get, target: "/livez"), on: loop))
            #expect(answer.status == .internalServerError)
        }
    }
}
