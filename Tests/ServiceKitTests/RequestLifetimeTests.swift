import EventLoop
import HTTPMessage
import HTTPServer
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(15)))
struct RequestLifetimeTests {
    @Test("a request is let go of with its answer, and with it the connection that it came over", arguments: ["/livez", "/unknown"])
    func lifetime(path: String) async throws {
        try await withLoop { loop in
            let log = Logger(service: "test", level: .error, output: LogOutput(on: loop))
            let routes = ServiceRoutes(loop: loop, verifier: nil, log: log, metrics: MetricsRegistry())
            routes.on(ServiceAPI.live) { _, _ in .json(PublicHealth(status: .ok)) }
            weak var seen: HTTPServerRequest?
            do {
                let request = HTTPServerRequest(HTTPRequest(method: .get, target: path), on: loop)
                seen = request
                _ = try await routes.handle(request)
            }
            #expect(seen == nil)
        }
    }
}
