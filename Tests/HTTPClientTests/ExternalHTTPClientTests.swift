import EventLoop
import ExternalHTTP
import HTTPClient
import HTTPFraming
import HTTPMessage
import Support
import Testing

@Suite("HTTP client for the outside world", .timeLimit(.minutes(15)))
struct ExternalHTTPClientTests {
    private func source(_ pieces: [String]) -> () async throws -> ArraySlice<UInt8>? {
        var rest = pieces[...]
        return { rest.popFirst().map { Array($0.utf8)[...] } }
    }

    @Test("requests say what they should and no more, and share a connection")
    func requests() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                let get = try await connection.readHead()
                #expect(get?.wholeMatch(of: /GET \/a\/..\/b\?c=d HTTP\/1.1\r\nHost: 127.0.0.1:\d+\r\nx-one: 1\r\nx-empty:\r\n\r\n/) != nil)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Two: \t two \r\n\r\nok")
                let post = try await connection.readHead()
                #expect(post?.lowercased().contains("\r\ncontent-length: 4\r\n") == true)
                #expect(post?.contains("expect") == false)
                #expect(try await connection.read(4) == "body")
                try await connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n")
                #expect(try await connection.readHead()?.hasPrefix("HEAD / HTTP/1.1") == true)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n")
                #expect(try await connection.readHead()?.hasPrefix("DELETE /d HTTP/1.1") == true)
                try await connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                #expect(try await connection.readHead()?.contains("POST /e HTTP/1.1") == true)
                try await connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\ntrailer: x\r\n\r\n")
                _ = try await connection.readHead()
            }
            let client = try ExternalHTTPClient(on: loop)
            let get = HTTPClientRequest(.get, "/a/../b?c=d", fields: ["x-one": "1", "x-empty": ""])
            let response = try await client.send(get, to: server.origin)
            #expect(response.fields["x-two"] == "two")
            #expect(response.body.length == 2)
            #expect(try await response.body.collect(upTo: 9) == Array("ok".utf8))
            let post = HTTPClientRequest(.post, "/", fields: [.contentType: "text/plain"], body: .bytes(Array("body".utf8)))
            #expect(try await client.text(post, server) == "302 ")
            #expect(try await client.text(HTTPClientRequest(.head, "/"), server) == "200 ")
            #expect(try await client.text(HTTPClientRequest(.delete, "/d"), server) == "204 ")
            #expect(try await client.text(HTTPClientRequest(.post, "/e"), server) == "200 a")
            #expect(server.connections == 1)
        }
    }

    @Test("streamed bodies are sent by length or in chunks, whatever their size")
    func streamedRequest() async throws {
        try await withLoop { loop in
            let total = 8 << 20
            let server = try ScriptedServer(on: loop) { connection, _ in
                #expect(try await connection.readHead()?.lowercased().contains("\r\ntransfer-encoding: chunked\r\n") == true)
                #expect(try await connection.read(20) == "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                #expect(try await connection.readHead()?.lowercased().contains("\r\ncontent-length: \(total)\r\n") == true)
                try await connection.skip(total)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                _ = try await connection.readHead()
            }
            let client = try ExternalHTTPClient(on: loop)
            let small = HTTPClientRequest(.put, "/", body: .stream(length: nil, next: source(["abc", "de"])))
            #expect(try await client.text(small, server) == "200 ")
            var asked = 0
            let large = HTTPClientRequest.Body.stream(length: total) {
                asked += 1 << 20
                if asked == 3 << 20 { try await loop.sleep(for: .milliseconds(3)) }
                return asked > total ? nil : [UInt8](repeating: 1, count: 1 << 20)[...]
            }
            #expect(try await client.text(HTTPClientRequest(.put, "/", body: large), server) == "200 ")
            await #expect(throws: HTTPClientError.requestBodyFailed("ended early")) {
                _ = try await client.send(HTTPClientRequest(.put, "/", body: .stream(length: 9, next: source(["abc"]))), to: server.origin)
            }
        }
    }

    @Test("each part of a call has its time limit")
    func timeouts() async throws {
        try await withLoop { loop in
            let silent = try ScriptedServer(on: loop) { connection, _ in _ = try await connection.readToEnd() }
            let slow = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\n\r\nabc")
                _ = try await connection.readHead()
            }
            let client = try ExternalHTTPClient(on: loop)
            var request = HTTPClientRequest(.get, "/")
            request.timeouts.connection = .seconds(10)
            request.timeouts.head = .milliseconds(10)
            await #expect(throws: HTTPClientError.timedOut(.head)) { _ = try await client.send(request, to: silent.origin) }
            request.timeouts = HTTPClientTimeouts()
            request.timeouts.body = .milliseconds(10)
            await #expect(throws: HTTPClientError.timedOut(.body)) {
                _ = try await client.send(request, to: slow.origin).body.collect(upTo: 100)
            }
            request.timeouts = HTTPClientTimeouts()
            request.timeouts.call = .milliseconds(20)
            await #expect(throws: HTTPClientError.timedOut(.call)) {
                _ = try await client.send(request, to: slow.origin).body.collect(upTo: 100)
            }
        }
    }

    @Test("a body that is larger than the client takes is refused")
    func bodySize() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\n\r\nabc")
            }
            for (limit, error) in [(3, nil), (2, HTTPClientError.bodyTooLarge(limit: 2))] {
                var limits = HTTPClientLimits()
                limits.framing.bodyBytes = limit
                let client = try ExternalHTTPClient(on: loop, limits: limits)
                do {
                    #expect(try await client.text(HTTPClientRequest(.get, "/"), server) == "200 abc")
                    #expect(error == nil)
                } catch let thrown as HTTPClientError {
                    #expect(thrown == error)
                }
            }
        }
    }

    @Test("a server that does not speak TLS is named")
    func withoutTLS() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in try await connection.send("hello\r\n\r\n") }
            let client = try ExternalHTTPClient(on: loop)
            let secure = HTTPOrigin(scheme: .https, host: "127.0.0.1", port: server.listener.address.port)
            let error = await #expect(throws: HTTPClientError.self) { _ = try await client.send(HTTPClientRequest(.get, "/"), to: secure) }
            guard case .transportFailed = error else { throw error ?? HTTPClientError.shutDown }
        }
    }

    @Test("a name is resolved, and shutting down ends the calls under way")
    func shutDown() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                let head = try await connection.readHead()
                #expect(head?.contains("Host: localhost:") == true)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na")
                _ = try await connection.readHead()
            }
            let client = try ExternalHTTPClient(on: loop)
            let origin = HTTPOrigin(host: "localhost", port: server.listener.address.port)
            let response = try await client.send(HTTPClientRequest(.get, "/"), to: origin)
            #expect(try await response.body.next() == [0x61])
            client.shutDown()
            await #expect(throws: HTTPClientError.shutDown) { _ = try await response.body.next() }
            await #expect(throws: HTTPClientError.shutDown) { _ = try await client.send(HTTPClientRequest(.get, "/"), to: origin) }
        }
    }
}
