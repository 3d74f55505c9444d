import EventLoop
import HTTPMessage
import HTTPServer
import Support
import Testing

@Suite("Bodies that are streamed", .timeLimit(.minutes(15)))
struct StreamingTests {
    @Test("a response of unknown length goes out in chunks, each at once")
    func chunks() async throws {
        try await withServer(handler: { request in
            HTTPServerResponse(
                status: .ok,
                body: .stream(length: nil) { writer in
                    try await writer.write(Array("one".utf8))
                    try await request.loop.sleep(for: .milliseconds(2))
                    try await writer.write(Array("two".utf8))
                })
        }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            for _ in 1...2 {
                try await client.send(get)
                let answer = try #require(try await client.answer())
                #expect(answer.body == "onetwo")
                #expect(answer.fields["transfer-encoding"] == "chunked")
            }
            // HTTP/1.0 knows no chunks: the end of the connection ends the body.
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.rest().hasSuffix("\r\nconnection: close\r\n\r\nonetwo"))
        }
    }

    @Test("a response of known length that breaks its word closes the connection", arguments: [2, 4])
    func wrongLength(written: Int) async throws {
        try await withServer(handler: { _ in
            HTTPServerResponse(
                status: .ok, body: .stream(length: 3) { try await $0.write(Array(repeating: UInt8(ascii: "a"), count: written)) })
        }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send(get)
            let text = try await client.rest()
            #expect(text.contains("content-length: 3\r\n"))
            #expect(text.hasSuffix(written == 2 ? "\r\n\r\naa" : "\r\n\r\n"))
        }
    }

    @Test("a huge upload waits for a slow handler")
    func upload() async throws {
        let size = 32 << 20
        try await withServer(handler: { request in
            var count = 0
            while let bytes = try await request.body.next() {
                #expect(bytes.count <= 64 << 10)
                count += bytes.count
                if count < 1 << 20 { try await request.loop.sleep(for: .milliseconds(1)) }
            }
            return HTTPServerResponse(status: .ok, body: Array(String(count).utf8))
        }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
            let block = [UInt8](repeating: 7, count: 1 << 20)
            for _ in 0..<size >> 20 { try await client.stream.write(block) }
            #expect(try await client.answer()?.body == String(size))
        }
    }

    @Test("an upload that nobody reads stays with the client")
    func unreadUpload() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let server = HTTPServer(on: loop)
            let goOn = Signal(on: loop)
            let serving = loop.spawn {
                try await server.serve(listener) { request in
                    _ = try await request.body.next()
                    _ = try await goOn.wait(atMost: .seconds(60))
                    return HTTPServerResponse(status: .ok)
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            var sent = 0
            let piece = [UInt8](repeating: 7, count: 1 << 16)
            let writing = loop.spawn {
                while sent < 99_000_000 {
                    try await client.stream.write(piece)
                    sent += piece.count
                }
            }
            var before = -1
            while sent > before {
                before = sent
                try await loop.sleep(for: .milliseconds(30))
            }
            #expect(!writing.isDone && sent < 50_000_000)
            goOn.notify()
            #expect(try await client.answer()?.fields["connection"] == "close")
            client.stream.close()
            await server.shutdown(deadline: .milliseconds(100))
            try await serving.value
        }
    }

    @Test("a download that nobody reads makes its writer wait, and is given up in the end")
    func unreadDownload() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            var configuration = HTTPServerConfiguration()
            configuration.writeTimeout = .milliseconds(100)
            let server = HTTPServer(on: loop, configuration: configuration)
            var written = 0
            let ended = Signal(on: loop)
            var hasEnded = false
            let serving = loop.spawn {
                try await server.serve(listener) { _ in
                    HTTPServerResponse(
                        status: .ok,
                        body: .stream(length: nil) { writer in
                            defer {
                                hasEnded = true
                                ended.notify()
                            }
                            let block = [UInt8](repeating: 7, count: 1 << 20)
                            for _ in 0..<128 {
                                try await writer.write(block)
                                written += 1
                            }
                        })
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            try await client.send(get)
            try await loop.withTimeout(.seconds(60)) { try await ended.wait { !hasEnded } }
            #expect(written < 32)
            await server.shutdown(deadline: .milliseconds(100))
            try await serving.value
            client.stream.close()
        }
    }

    @Test(
        "that the client goes away, or is given up, is told while a stream is sent, too, and never after the answer",
        arguments: [true, false])
    func toldOfStreams(goes: Bool) async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            var configuration = HTTPServerConfiguration()
            if !goes { configuration.writeTimeout = .milliseconds(100) }
            let server = HTTPServer(on: loop, configuration: configuration)
            let told = Signal(on: loop)
            var tellings: [String] = []
            let serving = loop.spawn {
                try await server.serve(listener) { request in
                    let target = request.head.target
                    request.whenClientGone {
                        tellings.append(target)
                        told.notify()
                    }
                    if target == "/short" { return HTTPServerResponse(status: .ok) }
                    return HTTPServerResponse(
                        status: .ok,
                        body: .stream(length: nil) { writer in
                            if target == "/stream" { while true { try await writer.write([UInt8](repeating: 7, count: 1 << 20)) } }
                        })
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            for target in ["/short", "/empty"] {
                try await client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer()?.status == 200)
            }
            try await client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
            if goes {
                var head: [UInt8] = []
                _ = try await client.stream.read(appendingTo: &head)
                client.stream.close()
            }
            try await loop.withTimeout(.seconds(120)) { try await told.wait { tellings.isEmpty } }
            await server.shutdown(deadline: .milliseconds(100))
            try await serving.value
            client.stream.close()
            #expect(tellings == ["/stream"])
        }
    }

    @Test("a stream that waits for nothing in particular ends when the client goes away")
    func clientGone() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let server = HTTPServer(on: loop)
            let never = Signal(on: loop)
            let ended = Signal(on: loop)
            var error: (any Error)?
            let begun = Signal(on: loop)
            var hasBegun = false
            var wasTold = false
            let serving = loop.spawn {
                try await server.serve(listener) { request in
                    if request.head.target == "/slow" {
                        hasBegun = true
                        begun.notify()
                        request.whenClientGone {
                            wasTold = true
                            ended.notify()
                        }
                        _ = try await ended.wait(atMost: .seconds(60))
                        #expect(request.isClientGone)
                        return HTTPServerResponse(status: .ok)
                    }
                    return HTTPServerResponse(
                        status: .ok,
                        body: .stream(length: nil) { writer in
                            defer { ended.notify() }
                            do { _ = try await never.wait(atMost: .seconds(60)) } catch let thrown { error = thrown }
                        })
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            try await client.send(get)
            var head: [UInt8] = []
            _ = try await client.stream.read(appendingTo: &head)
            #expect(String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK\r\n"))
            client.stream.close()
            #expect(try await ended.wait(atMost: .seconds(60)))
            #expect(error is CancellationError)
            let second = try await TestClient(listener.address, on: loop)
            try await second.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await begun.wait { !hasBegun }
            second.stream.close()
            #expect(try await ended.wait(atMost: .seconds(60)))
            #expect(wasTold)
            await server.shutdown(deadline: .milliseconds(100))
            try await serving.value
        }
    }

    @Test("a long response arrives whole at a slow reader")
    func slowReader() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) & 0x7F }
        try await withServer(handler: { _ in HTTPServerResponse(status: .ok, body: body) }) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send(get)
            try await server.loop.sleep(for: .milliseconds(20))
            #expect(try await client.answer()?.body == String(decoding: body, as: UTF8.self))
            try await client.send(get)
            #expect(try await client.answer()?.body.utf8.count == body.count)
        }
    }
}
