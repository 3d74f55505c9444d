import EventLoop
import HTTPFraming
import HTTPMessage
import HTTPServer
import Support
import Testing

@Suite("Requests and responses over a connection")
struct ExchangeTests {
    @Test("a connection serves one request after another")
    func keepAlive() async throws {
        try await withServer(handler: echo) { server, address in
            let client = try await TestClient(address, on: server.loop)
            for number in 1...3 {
                try await client.send("POST /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                let answer = try #require(try await client.answer())
                #expect(answer.status == 200)
                #expect(answer.body == "POST /\(number) abc")
                #expect(answer.fields["content-length"] == String(answer.body.utf8.count))
                #expect(answer.fields["date"].flatMap(HTTPDate.parse) != nil)
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test("pipelined requests are answered in order")
    func pipelining() async throws {
        try await withServer(handler: { request in
            // The first takes longest, and is still answered first.
            if request.head.target == "/1" { try await request.loop.sleep(for: .milliseconds(5)) }
            return try await echo(request)
        }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            var text = ""
            for number in 1...20 {
                text += "POST /\(number) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
            }
            try await client.send(text)
            for number in 1...20 { #expect(try await client.answer()?.body == "POST /\(number) abc") }
        }
    }

    @Test("a request that comes byte by byte is understood")
    func slowClient() async throws {
        try await withServer(handler: echo) { server, address in
            let client = try await TestClient(address, on: server.loop)
            for byte in "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8 {
                try await client.stream.write([byte])
                try await server.loop.sleep(for: .microseconds(100))
            }
            #expect(try await client.answer()?.body == "POST /a abc")
        }
    }

    @Test("HEAD gets the head that GET would get")
    func head() async throws {
        try await withServer(handler: { _ in HTTPServerResponse(status: .ok, body: Array("hello".utf8)) }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get)
            let head = try #require(try await client.answer(to: .head))
            #expect(head.fields["content-length"] == "5")
            #expect(head.body == "")
            #expect(try await client.answer()?.body == "hello")
        }
    }

    @Test("HTTP/1.0 and Connection: close end the connection after the answer")
    func closing() async throws {
        try await withServer(handler: echo) { server, address in
            for request in ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"] {
                let client = try await TestClient(address, on: server.loop)
                try await client.send(request)
                let answer = try #require(try await client.answer())
                #expect(answer.fields["connection"] == "close")
                #expect(try await client.rest() == "")
            }
            let client = try await TestClient(address, on: server.loop)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer()?.fields["connection"] == "keep-alive")
            try await client.send("GET /again HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer()?.body == "GET /again ")
        }
    }

    @Test("a client that ends its side together with its request is answered, and let go without a wait", .timeLimit(.minutes(15)))
    func halfClosed() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.idleTimeout = .seconds(3600)
        try await withServer(configuration, handler: echo) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send(get)
            #expect(try await client.answer()?.status == 200)
            // Both come with one event, while the connection waits for a request.
            try await client.send(get)
            client.stream.shutdownWriting()
            #expect(try await client.answer()?.status == 200)
            #expect(try await client.rest() == "")
        }
    }

    @Test("100 Continue is sent when the handler asks for the body, and only then")
    func expectContinue() async throws {
        try await withServer(handler: { request in
            if request.head.target == "/refused" { return HTTPServerResponse(status: .forbidden) }
            return try await echo(request)
        }) { server, address in
            let head = "HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
            let client = try await TestClient(address, on: server.loop)
            try await client.send("POST /a " + head)
            var interim: [UInt8] = []
            _ = try await client.stream.read(appendingTo: &interim)
            #expect(String(decoding: interim, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("abc")
            #expect(try await client.answer()?.body == "POST /a abc")
            // The body that was not sent leaves the connection without a clear end of the request.
            try await client.send("POST /refused " + head)
            let refused = try #require(try await client.answer())
            #expect(refused.status == 403)
            #expect(refused.fields["connection"] == "close")
            #expect(refused.fields["x-informational"] == nil)
        }
    }

    @Test("a body that the handler did not read is never taken for the next request")
    func unreadBody() async throws {
        try await withServer(handler: { _ in HTTPServerResponse(status: .ok) }) { server, address in
            // All there: it is skipped.
            let whole = try await TestClient(address, on: server.loop)
            try await whole.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await whole.answer()?.fields["connection"] == nil)
            // Not all there: the connection ends.
            let partial = try await TestClient(address, on: server.loop)
            try await partial.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n" + get)
            #expect(try await partial.answer()?.fields["connection"] == "close")
            #expect(try await partial.rest() == "")
        }
    }

    @Test("what the framing refuses is answered with its status, and the connection closed")
    func refusals() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.framing.bodyBytes = 10
        try await withServer(configuration, handler: echo) { server, address in
            for (request, status) in [
                ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
                ("GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 65536) + "\r\n\r\n", 431),
                ("GET /" + String(repeating: "b", count: 65536) + " HTTP/1.1\r\n\r\n", 414),
                ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413),
                ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n", 413),
                ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
                ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ] {
                let client = try await TestClient(address, on: server.loop)
                try await client.send(request)
                let answer = try #require(try await client.answer())
                #expect(answer.status == status)
                #expect(answer.fields["connection"] == "close")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test("what a handler throws becomes a 500 without a word of it, and is reported")
    func failure() async throws {
        struct Secret: Error {}
        try await withServer(handler: { _ in throw Secret() }) { server, address in
            var reported: [any Error] = []
            server.onFailure = { error, _ in reported.append(error) }
            let client = try await TestClient(address, on: server.loop)
            for _ in 1...2 {
                try await client.send(get)
                let answer = try #require(try await client.answer())
                #expect(answer.status == 500)
                #expect(!answer.body.contains("Secret"))
            }
            #expect(reported.count == 2)
            #expect(reported.allSatisfy { $0 is Secret })
        }
    }

    @Test("a body asked for after the answer is not another request's")
    func lateBody() async throws {
        final class Kept { var request: HTTPServerRequest? }
        try await withLoop { loop in
            let kept = Kept()
            let listener = try loop.listen(on: .loopback(port: 0))
            let server = HTTPServer(on: loop)
            let serving = loop.spawn {
                try await server.serve(listener) { request in
                    if let first = kept.request {
                        await #expect(throws: HTTPServerError.requestIsOver) { _ = try await first.body.next() }
                    }
                    kept.request = request
                    return try await echo(request)
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            for _ in 1...2 {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try await client.answer()?.body == "POST / abc")
            }
            await server.shutdown(deadline: .milliseconds(100))
            try await serving.value
        }
    }

    @Test("an upgraded connection belongs to the handler, with what the client sent ahead")
    func upgrade() async throws {
        try await withServer(handler: { _ in
            HTTPServerResponse(
                status: .switchingProtocols, fields: ["upgrade": "echo"],
                body: .upgrade { connection in
                    var bytes = connection.received
                    while bytes.count < 10 { _ = try await connection.stream.read(appendingTo: &bytes) }
                    try await connection.stream.write(bytes)
                })
        }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\nahead")
            try await client.send("later")
            let text = try await client.rest()
            #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n"))
            #expect(text.hasSuffix("\r\n\r\naheadlater"))
        }
    }
}
