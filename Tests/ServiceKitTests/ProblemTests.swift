import EventLoop
import Glibc
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

    @Test("who asks whether something is ready leaves no line in the log for each no")
    func readiness() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        try await withLoop { loop in
            let log = Logger(service: "test", level: .warning, output: LogOutput(on: loop, descriptor: writer))
            let routes = ServiceRoutes(loop: loop, verifier: nil, log: log, metrics: MetricsRegistry())
            routes.on(GatewayAPI.ready) { _, _ in .json(PublicHealth(status: .unavailable), status: .serviceUnavailable) }
            routes.on(GatewayAPI.health) { _, _ in throw Problem(.unavailable) }
            for path in ["/readyz", "/health"] {
                let answer = try await routes.handle(HTTPServerRequest(HTTPRequest(method: .get, target: path), on: loop))
                #expect(answer.status == .serviceUnavailable)
            }
        }
        close(writer)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(reader, &bytes, bytes.count)
        close(reader)
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.contains("/health") == true, "\(lines)")
    }

    @Test("methods that strangers invent are counted together")
    func inventedMethods() async throws {
        try await withLoop { loop in
            let (log, metrics) = (Logger(service: "test", level: .error, output: LogOutput(on: loop)), MetricsRegistry())
            let routes = ServiceRoutes(loop: loop, verifier: nil, log: log, metrics: metrics)
            routes.on(ServiceAPI.live) { _, _ in .json(PublicHealth(status: .ok)) }
            for name in ["ONE", "TWO", "THREE"] {
                _ = try await routes.handle(HTTPServerRequest(HTTPRequest(method: .other(name), target: "/livez"), on: loop))
            }
            let lines = String(decoding: metrics.snapshot().prometheusText(), as: UTF8.self).split(separator: "\n").filter {
                $0.contains("_count{")
            }
            #expect(lines.count == 1 && lines[0].hasSuffix(" 3"), "\(lines)")
        }
    }
}
