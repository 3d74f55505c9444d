import EventLoop
import HTTPClient
import HTTPMessage
import Support
import Testing
import WireProtocol

/// What is declared, compared with what the six services answer.
@Suite("The endpoints of the running system", .serialized, .timeLimit(.minutes(15)))
struct EndpointTests {
    private func path(_ endpoint: EndpointDescription) -> String { "\(endpoint.path)".replacing(/\{[^}]*\}/, with: "x") }

    /// Whether there is such an endpoint at all, as a stranger sees it.
    private func isAnswered(_ system: RunningSystem, _ endpoint: EndpointDescription, port: UInt16) async throws -> Bool {
        let response = try await system.client.send(
            HTTPClientRequest(endpoint.method, path(endpoint)), to: HTTPOrigin(host: "127.0.0.1", port: port))
        response.body.cancel()
        return response.status.code != 404 && response.status.code != 405
    }

    @Test("each is answered by its owner and no other service; through the gateway all that are public, and nothing internal")
    func mounted() async throws {
        try await withSystem { system in
            let ofAll = Set(ServiceAPI.all.map { "\($0.path)" })
            // The files of the documentation are no part of a system under test, so that asking for one says nothing.
            for endpoint in AllEndpoints.all where endpoint.name != GatewayAPI.docsAsset.name {
                for service in system.services.values where !(endpoint.owner == .gateway && ofAll.contains("\(endpoint.path)")) {
                    let port = endpoint.owner == nil && service.name == .gateway ? system.internalPort.number : service.port
                    let isOwner = endpoint.owner == nil || endpoint.owner == service.name
                    let isForwarded = service.name == .gateway && endpoint.visibility == .public
                    let isAnswered = try await isAnswered(system, endpoint, port: port)
                    #expect(isAnswered == (isOwner || isForwarded), "\(endpoint.name) at \(service.name.rawValue)")
                }
            }
            for endpoint in [ServiceAPI.live.description, ServiceAPI.metrics.description] {
                #expect(try await !isAnswered(system, endpoint, port: system[.gateway].port), "\(endpoint.name) in public")
            }
        }
    }

    private static let hostileBodies: [[UInt8]] = [
        [], Array("null".utf8), Array("[]".utf8), Array("{".utf8), Array(#"{"name":1e999,"content":-0.0e-999,"code":[[]]}"#.utf8),
        Array(#"{"name":"\u0000","email":"\ud800","password":{},"content":""}"#.utf8), [0x22, 0xFF, 0xC0, 0x80, 0x22],
        [UInt8](repeating: UInt8(ascii: "["), count: 60_000), [UInt8](repeating: UInt8(ascii: "7"), count: 60_000),
        [UInt8](repeating: 0, count: 100_000),
    ]

    private static let hostileNames = [
        "x", "%00", "..%2f..%2fetc", "%ff%fe", "agt_7zzzzzzzzzzzzzzzzzzzzzzzzz", "-1", "99999999999999999999999999",
        String(repeating: "y", count: 3000),
    ]

    private static let hostileBytes: [[UInt8]] = [
        Array("\r\n\r\n\r\n".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8), Array("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
        Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n".utf8),
        Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n".utf8),
        Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab".utf8), [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3],
        [UInt8](repeating: 0xFF, count: 100_000), Array("GET /".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 100_000),
        Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + Array(String(repeating: "a: b\r\n", count: 20_000).utf8),
    ]

    @Test("no input ends a process, and none is answered with an internal error")
    func hostile() async throws {
        try await withSystem { system in
            let ada = try await Person.register(system)
            let processes = system.services.mapValues(\.identifier)
            // With the session the rest of the test would end.
            for endpoint in AllEndpoints.public where endpoint.name != AuthAPI.logOut.name {
                let template = "\(endpoint.path)"
                for name in Self.hostileNames {
                    let target = template.replacing(/\{[^}]*\}/, with: name) + "?limit=-1&cursor=\(name)&name=\(name)&after=\(name)&a=&&=b"
                    let answer = try await ada.send(endpoint.method, target, json: Self.hostileBodies[4])
                    #expect(answer.status < 500, "\(endpoint.method) \(target): \(answer.status)")
                }
                guard endpoint.requestBody != .none else { continue }
                for body in Self.hostileBodies {
                    let answer = try await ada.send(endpoint.method, path(endpoint), json: body)
                    #expect(answer.status < 500, "\(endpoint.name): \(answer.status) for \(body.prefix(40))")
                }
            }
            for service in system.services.values {
                for bytes in Self.hostileBytes {
                    let stream = try await system.loop.connect(to: .loopback(port: service.port))
                    // It may have answered and closed before all is written.
                    try? await stream.write(bytes)
                    stream.shutdownWriting()
                    var answer: [UInt8] = []
                    while let count = try? await stream.read(appendingTo: &answer), count > 0 {}
                    let text = String(decoding: answer, as: UTF8.self)
                    #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4") || text.hasPrefix("HTTP/1.1 505"), "\(text.prefix(80))")
                    stream.close()
                }
            }
            for service in system.services.values { #expect(service.isRunning, "\(service.name.rawValue)") }
            #expect(system.services.mapValues(\.identifier) == processes)
            #expect(try await ada.get("/api/v1/auth/me").status == 200)
        }
    }
}
