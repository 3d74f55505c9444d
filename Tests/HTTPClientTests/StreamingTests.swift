import EventLoop
import HTTPClient
import HTTPFraming
import HTTPMessage
import Support
import Testing

@Suite("HTTP client: bodies, time-outs and broken answers", .timeLimit(.minutes(15)))
struct StreamingTests {
    @Test("each part of a call has its time limit")
    func timeouts() throws {
        try withSimulatedLoop { loop in
            let silent = try ScriptedServer(on: loop) { connection, _ in _ = try await connection.readToEnd() }
            let slow = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")
                _ = try await connection.readHead()
            }
            let trickling = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\n\r\n")
                while true {
                    try await connection.send("x")
                    try await loop.sleep(for: .milliseconds(2))
                }
            }
            let client = HTTPClient(on: loop)
            var request = HTTPClientRequest(.get, "/")
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
                _ = try await client.send(request, to: trickling.origin).body.collect(upTo: .max)
            }
        }
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: String
        /// nil: any kind of malformed response.
        var expected: HTTPClientError?

        init(_ name: String, _ answer: String, _ expected: HTTPClientError?) {
            testDescription = name
            self.answer = answer
            self.expected = expected
        }
    }

    static let malformedAnswers = [
        Malformed("two framings", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", nil),
        Malformed("field name", "HTTP/1.1 200 OK\r\nbad name: 1\r\n\r\n", .malformedResponse(HTTPFramingError(.malformedFieldName))),
        Malformed(
            "chunk size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            .malformedResponse(HTTPFramingError(.malformedChunkSize))),
        Malformed("unasked upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", nil),
        Malformed("cut head", "HTTP/1.1 200 OK\r\ncontent-le", .closedWithinResponse),
        Malformed("cut chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", .closedWithinResponse),
    ]

    @Test("answers that break the protocol are refused", arguments: malformedAnswers)
    func malformed(malformed: Malformed) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send(malformed.answer)
            }
            let client = HTTPClient(on: loop)
            for _ in 0..<2 {
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin).body.collect(upTo: 1 << 20)
                }
                if let expected = malformed.expected {
                    #expect(error == expected)
                } else {
                    guard case .malformedResponse = error else { throw error ?? HTTPClientError.shutDown }
                }
            }
            #expect(server.connections == 2)
        }
    }

    // MARK: Bodies of requests

    private func source(_ pieces: [String], then error: (any Error)? = nil) -> () async throws -> ArraySlice<UInt8>? {
        var rest = pieces[...]
        return {
            if let piece = rest.popFirst() { return Array(piece.utf8)[...] }
            if let error { throw error }
            return nil
        }
    }

    @Test("streamed bodies are sent by length or in chunks")
    func streamedRequest() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                #expect(try await connection.readHead()?.contains("\r\ncontent-length: 3\r\n") == true)
                #expect(try await connection.read(3) == "abc")
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                #expect(try await connection.readHead()?.contains("\r\ncontent-length: 5\r\n") == true)
                #expect(try await connection.read(5) == "abcde")
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                #expect(try await connection.readHead()?.contains("\r\ntransfer-encoding: chunked\r\n") == true)
                #expect(try await connection.read(20) == "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                _ = try await connection.readHead()
            }
            let client = HTTPClient(on: loop)
            for (length, pieces) in [(3, ["abc"]), (5, ["abc", "de"]), (nil, ["abc", "de"])] {
                let request = HTTPClientRequest(.put, "/", body: .stream(length: length, next: source(pieces)))
                #expect(try await client.text(request, server) == "200 ")
            }
            #expect(server.connections == 1)
        }
    }

    @Test("a large body is sent whole, and no faster than it is taken")
    func largeRequest() async throws {
        try await withLoop { loop in
            let total = 32 << 20
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await loop.sleep(for: .milliseconds(20))
                try await connection.skip(total)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                _ = try await connection.readHead()
                try await connection.skip(total)
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                _ = try await connection.readHead()
            }
            let client = HTTPClient(on: loop)
            var asked = 0
            let streamed = HTTPClientRequest.Body.stream(length: total) {
                asked += 1 << 20
                return asked > total ? nil : [UInt8](repeating: 1, count: 1 << 20)[...]
            }
            loop.schedule(after: .milliseconds(10)) { #expect(asked < total) }
            #expect(try await client.text(HTTPClientRequest(.put, "/", body: streamed), server) == "200 ok")
            let whole = HTTPClientRequest(.put, "/", body: .bytes([UInt8](repeating: 1, count: total)))
            #expect(try await client.text(whole, server) == "200 ok")
        }
    }

    @Test("an answer that comes before the end of the body is delivered, and the connection given up")
    func earlyAnswer() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n")
                _ = try await connection.readToEnd()
            }
            let client = HTTPClient(on: loop)
            for _ in 0..<2 {
                let endless = HTTPClientRequest.Body.stream(length: nil) {
                    try await loop.sleep(for: .milliseconds(1))
                    return [1]
                }
                #expect(try await client.text(HTTPClientRequest(.post, "/", body: endless), server) == "413 ")
            }
            #expect(server.connections == 2)
        }
    }

    @Test("a body that breaks its promise ends the call")
    func brokenRequestBody() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in _ = try await connection.readToEnd() }
            let client = HTTPClient(on: loop)
            let sources: [(Int?, () async throws -> ArraySlice<UInt8>?)] = [
                (0, source(["a"])), (3, source([])), (3, source(["ab"])), (3, source(["ab", "cd"])),
                (nil, source(["ab"], then: SocketError(action: "read", code: 5))),
            ]
            for (length, next) in sources {
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.send(HTTPClientRequest(.post, "/", body: .stream(length: length, next: next)), to: server.origin)
                }
                guard case .requestBodyFailed = error else { throw error ?? HTTPClientError.shutDown }
            }
        }
    }
}
