import EventLoop
import Glibc
import HTTPClient
import HTTPMessage
import Support
import Testing

extension ScriptedServer {
    var origin: HTTPOrigin {
        switch listener.address {
        case .unix(let path): HTTPOrigin(socketPath: path)
        default: HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        }
    }
}

extension HTTPCaller {
    /// The status and the whole body of a call.
    func text(_ request: HTTPClientRequest, _ server: ScriptedServer) async throws -> String {
        let response = try await send(request, to: server.origin)
        return "\(response.status.code) " + String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
    }
}

@Suite("HTTP client: calls and connections", .timeLimit(.minutes(15)))
struct HTTPClientTests {
    @Test("calls after each other share one connection, and the request is one well-formed message")
    func keepAlive() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                let first = try await connection.readHead()
                #expect(first?.wholeMatch(of: /GET \/a\?b=c HTTP\/1.1\r\nhost: 127.0.0.1:\d+\r\nx-one: 1\r\n\r\n/) != nil)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst")
                #expect(
                    try await connection.readHead()
                        == "POST / HTTP/1.1\r\nhost: example.org\r\ncontent-length: 4\r\n\r\n")
                #expect(try await connection.read(4) == "body")
                try await connection.send("HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n")
                #expect(try await connection.readHead()?.hasPrefix("HEAD /") == true)
                try await connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
                #expect(try await connection.readHead() == nil)
            }
            let client = HTTPClient(on: loop)
            #expect(try await client.text(HTTPClientRequest(.get, "/a?b=c", fields: ["x-one": "1"]), server) == "200 first")
            let post = HTTPClientRequest(.post, "/", fields: [.host: "example.org", .contentLength: "9"], body: .bytes(Array("body".utf8)))
            #expect(try await client.text(post, server) == "201 second")
            #expect(try await client.text(HTTPClientRequest(.head, "/"), server) == "204 ")
            #expect(server.connections == 1)
        }
    }

    @Test("a connection that is older than allowed serves no other call")
    func age() throws {
        try withSimulatedLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in try await connection.answerAll() }
            let client = HTTPClient(on: loop)
            // Six each: when the seventh begins, a minute is over.
            for call in 0..<20 {
                _ = try await client.text(HTTPClientRequest(.get, "/"), server)
                #expect(server.connections == 1 + call / 6)
                try await loop.sleep(for: .seconds(10))
            }
        }
    }

    @Test("a safe call is sent again when the server closed the reused connection, an unsafe one is not")
    func staleConnection() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, number in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(number)")
                _ = try await connection.readHead()
            }
            let client = HTTPClient(on: loop)
            #expect(try await client.text(HTTPClientRequest(.get, "/"), server) == "200 0")
            #expect(try await client.text(HTTPClientRequest(.get, "/"), server) == "200 1")
            await #expect(throws: HTTPClientError.closedBeforeResponse) {
                _ = try await client.text(HTTPClientRequest(.post, "/", body: .bytes([1])), server)
            }
            #expect(server.connections == 2)
            #expect(try await client.text(HTTPClientRequest(.post, "/"), server) == "200 2")
        }
    }

    @Test("a connection that the server closed while it was idle is not used")
    func closedWhileIdle() throws {
        try withSimulatedLoop { loop in
            let hasClosed = Signal(on: loop)
            let server = try ScriptedServer(on: loop) { connection, number in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(number)")
                connection.stream.close()
                hasClosed.notify()
            }
            let client = HTTPClient(on: loop)
            for number in 0..<3 {
                #expect(try await client.text(HTTPClientRequest(.post, "/"), server) == "200 \(number)")
                try await hasClosed.wait(atMost: .milliseconds(20))
            }
        }
    }

    @Test(
        "a connection is not used again after what it should not have said",
        arguments: [
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
        ])
    func notReused(answer: String) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                while try await connection.readHead() != nil { try await connection.send(answer) }
            }
            let client = HTTPClient(on: loop)
            for _ in 0..<2 { #expect(try await client.text(HTTPClientRequest(.get, "/"), server) == "200 ok") }
            #expect(server.connections == 2)
        }
    }

    @Test("a body without length ends with its connection")
    func untilClose() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\n\r\nall of it")
            }
            #expect(try await HTTPClient(on: loop).text(HTTPClientRequest(.get, "/"), server) == "200 all of it")
        }
    }

    @Test("a unix socket is an origin too")
    func unixSocket() async throws {
        try await withLoop { loop in
            let path = "/tmp/http-client-\(loop.random.next()).sock"
            defer { unlink(path) }
            let server = try ScriptedServer(on: loop, at: .unix(path)) { connection, _ in try await connection.answerAll() }
            #expect(try await HTTPClient(on: loop).text(HTTPClientRequest(.get, "/"), server) == "200 0")
            server.listener.close()
        }
    }

    @Test("no more connections are opened than allowed: calls wait for their turn, and too many are refused")
    func bounds() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in try await connection.answerAll() }
            var limits = HTTPClientLimits()
            limits.connections = 2
            limits.waitingCalls = 3
            let client = HTTPClient(on: loop, limits: limits)
            let calls = (0..<8).map { _ in loop.spawn { try await client.text(HTTPClientRequest(.get, "/"), server) } }
            var answered = 0
            var refused = 0
            for call in calls {
                do {
                    _ = try await call.value
                    answered += 1
                } catch HTTPClientError.overloaded {
                    refused += 1
                }
            }
            #expect(answered == 5)
            #expect(refused == 3)
            #expect(server.connections == 2)
        }
    }

    @Test("a call that waits for a connection gives up in time, and its place is not lost")
    func waitingTimesOut() throws {
        try withSimulatedLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
                _ = try await connection.readHead()
            }
            var limits = HTTPClientLimits()
            limits.connections = 1
            let client = HTTPClient(on: loop, limits: limits)
            let held = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin)
            var request = HTTPClientRequest(.get, "/")
            request.timeouts.connection = .milliseconds(5)
            await #expect(throws: HTTPClientError.timedOut(.connection)) { _ = try await client.send(request, to: server.origin) }
            let waiting = loop.spawn { try await client.send(HTTPClientRequest(.get, "/"), to: server.origin).status }
            loop.schedule(after: .milliseconds(1)) { held.body.cancel() }
            #expect(try await waiting.value == .ok)
            #expect(server.connections == 2)
        }
    }

    @Test("unsendable requests are named, and a client that is shut down sends none")
    func refused() async throws {
        try await withLoop { loop in
            let port = try ReservedPort()
            let origin = HTTPOrigin(host: "127.0.0.1", port: port.number)
            let client = HTTPClient(on: loop)
            for target in ["", "a", "/a b", "/a\r\nx: y", "/a\0"] {
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.send(HTTPClientRequest(.get, target), to: origin)
                }
                guard case .invalidRequest = error else { throw error ?? HTTPClientError.shutDown }
            }
            client.shutDown()
            await #expect(throws: HTTPClientError.shutDown) { _ = try await client.send(HTTPClientRequest(.get, "/"), to: origin) }
        }
    }
}
