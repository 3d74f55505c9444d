import EventLoop
import GatewayService
import HTTPClient
import HTTPMessage
import HTTPServer
import JSON
import ServiceKit
import Support
import WireProtocol

/// A gateway before one service that answers what a test wants.
struct GatewayUnderTest {
    let loop: EventLoop
    let issuer: TestIssuer
    let client: HTTPClient
    let origin: HTTPOrigin
    let runtime: ServiceRuntime

    func send(_ request: HTTPClientRequest, token: String? = nil) async throws -> (status: Int, fields: HTTPFields, body: [UInt8]) {
        var request = request
        if let token { request.head.fields.append(.authorization, "Bearer " + token) }
        let response = try await client.send(request, to: origin)
        return (response.status.code, response.fields, try await response.body.collect(upTo: 64 << 20))
    }

    func problem(_ body: [UInt8]) throws -> Problem { try JSONCodec.decode(Problem.self, from: body, unknownFields: .refused) }
}

/// Runs `body` with a gateway over real sockets.
func withGateway(
    environment extra: [String: String] = [:],
    _ body: @escaping @Sendable (GatewayUnderTest) async throws -> Void, _ makeService: @escaping @Sendable (EventLoop) -> HTTPHandler
) async throws {
    try await withLoop { loop in try await serveGateway(on: loop, extra, makeService(loop), body) }
}

/// Runs `body` with a gateway whose time passes at once, before a service that answers with what it was sent if nothing else is said.
func withSimulatedGateway(
    environment extra: [String: String] = [:], _ body: @escaping (GatewayUnderTest) async throws -> Void,
    _ service: @escaping HTTPHandler = echo
) throws {
    try withSimulatedLoop { loop in try await serveGateway(on: loop, extra, service, body) }
}

private func serveGateway(
    on loop: EventLoop, _ extra: [String: String], _ service: @escaping HTTPHandler,
    _ body: @escaping (GatewayUnderTest) async throws -> Void
) async throws {
    let issuer = try TestIssuer(on: loop)
    let upstream = try loop.listen(on: .loopback(port: 0))
    let server = HTTPServer(on: loop)
    loop.spawn { try await server.serve(upstream, service) }
    var environment = issuer.environment
    environment["PORT"] = "0"
    environment["INTERNAL_PORT"] = "0"
    environment["LOG_LEVEL"] = "error"
    for name in ["AGENT_URL", "TOOL_EXECUTION_URL", "FILE_URL", "SIMULATION_URL"] {
        environment[name] = "http://127.0.0.1:\(upstream.address.port ?? 0)"
    }
    environment.merge(extra) { $1 }
    let configuration = try Settings.read(environment: environment, GatewayConfiguration.init)
    let runtime = ServiceRuntime(name: .gateway, loop: loop, process: configuration.process)
    let gateway = try GatewayServer(configuration, runtime)
    let listener = try loop.listen(on: .loopback(port: 0))
    try await loop.withTaskScope { scope in
        scope.spawn { try await gateway.run(on: listener) }
        let client = HTTPClient(on: loop)
        let origin = HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        try await body(GatewayUnderTest(loop: loop, issuer: issuer, client: client, origin: origin, runtime: runtime))
        runtime.stop()
        issuer.stop()
        scope.cancelAll()
    }
}

/// Answers with what it was sent.
func echo(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
    let body = try await request.body.collect(upTo: 64 << 20)
    var fields: HTTPFields = [
        .contentType: "application/json", .contentTypeOptions: "nosniff", "x-seen-target": request.head.target,
        "x-seen-bytes": String(body.count),
    ]
    for name: HTTPFieldName in [
        "x-request-id", .traceparent, "x-forwarded-for", .authorization, "x-api-key", "idempotency-key", "te", "proxy-authorization",
    ] {
        if let value = request.fields[name] { fields.append(HTTPFieldName("x-seen-" + name.lowercased) ?? "x-seen", value) }
    }
    return HTTPServerResponse(status: .ok, fields: fields, body: Array("{}".utf8))
}
