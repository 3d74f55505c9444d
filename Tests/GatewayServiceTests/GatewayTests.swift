import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import JSON
import Support
import Testing
import WireProtocol

@Suite("The gateway", .timeLimit(.minutes(15)))
struct GatewayTests {
    @Test("a request with a good token reaches its service with its id, trace and key, and without the fields of its connection")
    func forwards() async throws {
        try await withGateway { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            var request = HTTPClientRequest(.post, "/api/v1/agents", body: .bytes(Array(#"{"name":"a"}"#.utf8)))
            request.head.fields.append(.contentType, "application/json")
            request.head.fields.append("x-request-id", "abc-123")
            request.head.fields.append("idempotency-key", "key-1")
            request.head.fields.append("te", "trailers")
            request.head.fields.append("proxy-authorization", "Basic c2VjcmV0")
            request.head.fields.append("x-forwarded-for", "6.6.6.6")
            let (status, fields, _) = try await gateway.send(request, token: token)
            #expect(status == 200)
            #expect(fields.combinedValue(of: .contentTypeOptions) == "nosniff", "once, though the service says it too")
            #expect(fields["x-seen-target"] == "/api/v1/agents")
            #expect(fields["x-seen-x-request-id"] == "abc-123")
            #expect(fields["x-request-id"] == "abc-123")
            #expect(fields["x-seen-idempotency-key"] == "key-1")
            #expect(fields["x-seen-traceparent"] != nil)
            #expect(fields["x-seen-authorization"] == "Bearer " + token)
            #expect(fields["x-seen-x-forwarded-for"] == "127.0.0.1")
            #expect(fields["x-seen-te"] == nil)
            #expect(fields["x-seen-proxy-authorization"] == nil)
        } _: { _ in
            echo
        }
    }

    @Test("without a token, with a bad one, or without the permission nothing is passed on")
    func refuses() async throws {
        try await withGateway { gateway in
            let list = HTTPClientRequest(.get, "/api/v1/agents")
            let anonymous = try await gateway.send(list)
            #expect(anonymous.status == 401)
            #expect(anonymous.fields[.wwwAuthenticate] == "Bearer")
            #expect(try gateway.problem(anonymous.body).code == .authenticationRequired)
            #expect(try await gateway.send(list, token: "nonsense").status == 401)
            let weak = try gateway.issuer.token(for: gateway.issuer.makePerson(), permissions: [.filesRead])
            let refused = try await gateway.send(list, token: weak)
            #expect(refused.status == 403)
            #expect(refused.fields["x-seen-target"] == nil)
        } _: { _ in
            echo
        }
    }

    @Test("unknown paths, wrong methods, wrong media types, malformed queries and bodies that are too large are refused with problems")
    func shapes() async throws {
        try await withGateway { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/nothing"), token: token).status == 404)
            let wrongMethod = try await gateway.send(HTTPClientRequest(.delete, "/api/v1/agents"), token: token)
            #expect(wrongMethod.status == 405)
            #expect(wrongMethod.fields[.allow]?.contains("GET") == true)
            #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents?limit=%zz"), token: token).status == 400)
            var text = HTTPClientRequest(.post, "/api/v1/agents", body: .bytes([1]))
            text.head.fields.append(.contentType, "text/plain")
            #expect(try await gateway.send(text, token: token).status == 415)
            var large = HTTPClientRequest(.post, "/api/v1/agents", body: .bytes([UInt8](repeating: 0x20, count: 4 << 20)))
            large.head.fields.append(.contentType, "application/json")
            let refused = try await gateway.send(large, token: token)
            #expect(refused.status == 413)
            #expect(refused.fields[.contentType] == Problem.mediaType)
            #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents/"), token: token).status == 200)
        } _: { _ in
            echo
        }
    }

    @Test("large bodies pass in both directions without change")
    func largeBodies() async throws {
        try await withGateway { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            let upload = HTTPClientRequest(.post, "/api/v1/files?name=a", body: .bytes([UInt8](repeating: 7, count: 3_000_001)))
            let (status, fields, body) = try await gateway.send(upload, token: token)
            #expect(status == 200)
            #expect(fields["x-seen-bytes"] == "3000001")
            #expect(body.count == 5_000_000)
        } _: { _ in
            { request in
                let count = try await request.body.collect(upTo: 64 << 20).count
                return HTTPServerResponse(
                    status: .ok, fields: ["x-seen-bytes": String(count)],
                    body: .stream(length: nil) { writer in
                        for _ in 0..<50 { try await writer.write([UInt8](repeating: 9, count: 100_000)) }
                    })
            }
        }
    }

    @Test("a stream of events arrives piece by piece while it goes on")
    func streams() async throws {
        try await withGateway { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            var request = HTTPClientRequest(.get, "/api/v1/runs/\(RunID(gateway.loop.makeID()))/events")
            request.head.fields.append(.authorization, "Bearer " + token)
            let response = try await gateway.client.send(request, to: gateway.origin)
            // The service waits for each piece to have been seen: this would never end if the gateway gathered them.
            for number in 0..<3 {
                let piece = try await gateway.loop.withTimeout(.seconds(120)) { try await response.body.next() }
                #expect(piece.map { String(decoding: $0, as: UTF8.self) } == "data: \(number)\n\n")
                let next = HTTPClientRequest(.get, "/api/v1/agents")
                _ = try await gateway.send(next, token: token)
            }
            #expect(try await response.body.next() == nil)
        } _: { loop in
            let seen = Channel<Void>(on: loop, capacity: 8)
            return { request in
                guard request.head.path.hasSuffix("/events") else {
                    try await seen.send(())
                    return HTTPServerResponse(status: .ok, body: Array("{}".utf8))
                }
                return HTTPServerResponse(
                    status: .ok, fields: [.contentType: "text/event-stream"],
                    body: .stream(length: nil) { writer in
                        for number in 0..<3 {
                            try await writer.write(Array("data: \(number)\n\n".utf8))
                            _ = try await seen.next()
                        }
                    })
            }
        }
    }

    @Test("a service that is down gives 503 at once, one that breaks off 502")
    func down() async throws {
        let port = try ReservedPort()
        try await withGateway(environment: ["FILE_URL": "http://127.0.0.1:\(port.number)"]) { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            let refused = try await gateway.send(HTTPClientRequest(.get, "/api/v1/files/\(FileID(gateway.loop.makeID()))"), token: token)
            #expect(refused.status == 503)
            #expect(refused.fields[.retryAfter] != nil)
            let broken = try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: token)
            #expect(broken.status == 502)
            #expect(try gateway.problem(broken.body).code == .badGateway)
        } _: { _ in
            { request in
                HTTPServerResponse(status: .ok, body: .stream(length: 100) { _ in throw Problem(.internalError) })
            }
        }
    }

    @Test("pages of other origins are let in as configured, and a preflight needs no token")
    func crossOrigin() async throws {
        try await withGateway(environment: ["CORS_ORIGINS": "https://app.example"]) { gateway in
            var preflight = HTTPClientRequest(.options, "/api/v1/agents")
            preflight.head.fields.append(.origin, "https://app.example")
            preflight.head.fields.append("access-control-request-method", "POST")
            preflight.head.fields.append("access-control-request-headers", "authorization, content-type")
            let allowed = try await gateway.send(preflight)
            #expect(allowed.status == 204)
            #expect(allowed.fields["access-control-allow-origin"] == "https://app.example")
            #expect(allowed.fields["access-control-allow-headers"] == "authorization, content-type")
            var other = HTTPClientRequest(.get, "/health")
            other.head.fields.append(.origin, "https://evil.example")
            #expect(try await gateway.send(other).fields["access-control-allow-origin"] == nil)
        } _: { _ in
            echo
        }
    }

    @Test("who asks too often is told when to come again")
    func rateLimit() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_REQUESTS": "3"]) { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            for _ in 0..<3 { #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: token).status == 200) }
            let refused = try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: token)
            #expect(refused.status == 429)
            #expect(refused.fields[.retryAfter].flatMap { Int($0) } ?? 0 >= 1)
            #expect(refused.fields["ratelimit-policy"] == "\"minute\";q=3;w=60")
            #expect(refused.fields["ratelimit"]?.hasPrefix("\"minute\";r=0;t=") == true)
            let other = try gateway.issuer.token(for: gateway.issuer.makePerson())
            #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: other).status == 200)
        }
    }

    @Test("who has as many streams open as may be begins no further call that lasts, until one of them has ended or was left")
    func lastingCalls() async throws {
        try await withGateway(environment: ["LASTING_CALLS_PER_PERSON": "1"]) { gateway in
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            let other = try gateway.issuer.token(for: gateway.issuer.makePerson())
            func open(_ token: String) async throws -> HTTPClientResponse {
                var request = HTTPClientRequest(.get, "/api/v1/runs/\(RunID(gateway.loop.makeID()))/events")
                request.head.fields.append(.authorization, "Bearer " + token)
                return try await gateway.client.send(request, to: gateway.origin)
            }
            let first = try await open(token)
            #expect(first.status.code == 200)
            let say = HTTPClientRequest(.post, "/api/v1/conversations/\(ConversationID(gateway.loop.makeID()))/messages")
            let refused = try await gateway.send(say, token: token)
            #expect(refused.status == 429 && refused.fields[.retryAfter] != nil)
            #expect(try gateway.problem(refused.body).code == .rateLimited)
            #expect(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: token).status == 200, "it does not last")
            // Everybody is counted for themselves. What is said has the service end the first stream.
            #expect(try await gateway.send(say, token: other).status == 200)
            while try await first.body.next() != nil {}
            let second = try await open(token)
            #expect(second.status.code == 200)
            second.body.cancel()
            try await gateway.loop.eventually {
                let third = try await open(token)
                defer { third.body.cancel() }
                return third.status.code == 200
            }
        } _: { loop in
            let ended = Channel<Void>(on: loop, capacity: 1)
            return { request in
                if request.head.path.hasSuffix("/messages") { try await ended.send(()) }
                guard request.head.path.hasSuffix("/events") else { return HTTPServerResponse(status: .ok, body: Array("{}".utf8)) }
                return HTTPServerResponse(
                    status: .ok, fields: [.contentType: "text/event-stream"],
                    body: .stream(length: nil) { writer in
                        try await writer.write(Array(": \n\n".utf8))
                        _ = try await ended.next()
                    })
            }
        }
    }

    @Test("before proxies of ours each of their clients is counted for itself, and none by what it wrote itself")
    func clientsOfProxies() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_REQUESTS": "2", "TRUSTED_PROXIES": "1"]) { gateway in
            func ask(_ forwardedFor: String) async throws -> Int {
                var request = HTTPClientRequest(.get, "/.well-known/jwks.json")
                request.head.fields.append("x-forwarded-for", forwardedFor)
                return try await gateway.send(request).status
            }
            var statuses: [Int] = []
            for clients in ["192.0.2.1", "192.0.2.1", "203.0.113.9, 192.0.2.1", "192.0.2.2"] { statuses.append(try await ask(clients)) }
            #expect(statuses == [200, 200, 429, 200])
        }
    }

    @Test("connections are counted by address, but not those of proxies of ours", arguments: [0, 1])
    func connections(proxies: Int) async throws {
        try await withGateway(environment: ["MAX_CONNECTIONS_PER_ADDRESS": "1", "TRUSTED_PROXIES": "\(proxies)"]) { gateway in
            #expect(try await gateway.send(HTTPClientRequest(.get, "/health")).status == 200)
            let another = HTTPClient(on: gateway.loop)
            let response = try await another.send(HTTPClientRequest(.get, "/health"), to: gateway.origin)
            #expect(response.status.code == (proxies == 0 ? 503 : 200))
        } _: { _ in
            echo
        }
    }

    @Test("who tries tokens is held back as who has none")
    func refusedTokens() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_REQUESTS": "2"]) { gateway in
            let list = HTTPClientRequest(.get, "/api/v1/agents")
            #expect(try await gateway.send(list, token: "one").status == 401)
            #expect(try await gateway.send(list).status == 401)
            #expect(try await gateway.send(list, token: "two").status == 429)
            let good = try gateway.issuer.token(for: gateway.issuer.makePerson())
            #expect(try await gateway.send(list, token: good).status == 200)
        }
    }

    @Test("who asks for what their token does not allow is held back as well")
    func withoutPermission() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_REQUESTS": "2"]) { gateway in
            let weak = try gateway.issuer.token(for: gateway.issuer.makePerson(), permissions: [.filesRead])
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await gateway.send(HTTPClientRequest(.get, "/api/v1/agents"), token: weak).status) }
            #expect(statuses == [403, 403, 429])
        }
    }

    @Test("while services hang, all who ask whether they are ready wait for one answer")
    func readiness() throws {
        var asked = 0
        try withSimulatedGateway { gateway in
            let loop = gateway.loop
            let waiting = (0..<5).map { _ in loop.spawn { try await gateway.send(HTTPClientRequest(.get, "/readyz")) } }
            for answer in waiting {
                let (status, fields, body) = try await answer.value
                #expect(status == 503 && fields[.contentType] == "application/json")
                #expect(try JSONCodec.decode(PublicHealth.self, from: body, unknownFields: .refused).status == .unavailable)
            }
            #expect(asked == 4)
        } _: { request in
            asked += 1
            try await request.loop.sleep(for: .seconds(60))
            return HTTPServerResponse(status: .ok)
        }
    }

    @Test("a patch is let through as a merge patch")
    func mergePatch() async throws {
        try await withGateway { gateway in
            var request = HTTPClientRequest(.patch, "/api/v1/agents/\(AgentID(gateway.loop.makeID()))", body: .bytes(Array("{}".utf8)))
            request.head.fields.append(.contentType, "application/merge-patch+json")
            let token = try gateway.issuer.token(for: gateway.issuer.makePerson())
            #expect(try await gateway.send(request, token: token).status == 200)
        } _: { _ in
            echo
        }
    }

    @Test("the index, the documentation and the document are public")
    func publicPages() async throws {
        try await withGateway { gateway in
            for path in ["/", "/health", "/docs", "/openapi.json"] {
                #expect(try await gateway.send(HTTPClientRequest(.get, path)).status == 200, "\(path)")
            }
            for path in ["/docs/..%2f..%2fetc%2fpasswd", "/docs/.hidden.js", "/docs/missing.js"] {
                let status = try await gateway.send(HTTPClientRequest(.get, path)).status
                #expect(status == 400 || status == 404, "\(path)")
            }
        } _: { _ in
            echo
        }
    }
}
