import EventLoop
import ExternalHTTP
import HTTPClient
import HTTPFraming
import HTTPMessage
import Support
import Testing

/// The two clients, which keep the same promises.
enum Caller: CaseIterable, CustomTestStringConvertible {
    case own, external

    var testDescription: String { self == .own ? "the project's own" : "that for the outside world" }

    func make(on loop: EventLoop) throws -> any HTTPCaller {
        switch self {
        case .own: HTTPClient(on: loop)
        case .external: try ExternalHTTPClient(on: loop)
        }
    }
}

@Suite("What every HTTP client does", .timeLimit(.minutes(15)))
struct CallerTests {
    @Test("events arrive one by one, as they are sent", arguments: Caller.allCases)
    func events(caller: Caller) async throws {
        try await withLoop { loop in
            let next = Channel<String>(on: loop, capacity: 1)
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
                while let text = try await next.next() { try await connection.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
                try await connection.send("3\r\nx\ny\r\n1\r\nz\r\n0\r\n\r\n")
                try await connection.answerAll()
            }
            let client = try caller.make(on: loop)
            let response = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin)
            #expect(response.fields[.contentType] == "text/event-stream")
            for text in ["data: one\n\n", "data: two and more\n\n"] {
                try await next.send(text)
                #expect(try await response.body.next().map { String(decoding: $0, as: UTF8.self) } == text)
            }
            next.finish()
            #expect(try await response.body.collect(upTo: 100) == Array("x\nyz".utf8))
            #expect(try await response.body.next() == nil)
            #expect(try await client.text(HTTPClientRequest(.get, "/"), server) == "200 0")
            #expect(server.connections == 1)
        }
    }

    @Test("a body that nobody reads stops its sender, and then arrives whole", arguments: Caller.allCases)
    func backPressure(caller: Caller) async throws {
        try await withLoop { loop in
            let total = 48 << 20
            var sent = 0
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: \(total)\r\n\r\n")
                let piece = [UInt8](repeating: 7, count: 1 << 16)
                while sent < total {
                    try await connection.stream.write(piece)
                    sent += piece.count
                }
                _ = try await connection.readHead()
            }
            let client = try caller.make(on: loop)
            let response = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin)
            #expect(response.body.length == total)
            var before = -1
            while sent > before {
                before = sent
                try await loop.sleep(for: .milliseconds(10))
            }
            #expect(sent < total / 2)
            var received = 0
            var largest = 0
            while let bytes = try await response.body.next() {
                received += bytes.count
                largest = max(largest, bytes.count)
            }
            #expect(received == total)
            #expect(largest <= 128 << 10)
        }
    }

    @Test("letting go of a body, cancelling its reader or its call closes the connection", arguments: Caller.allCases)
    func cancellation(caller: Caller) async throws {
        try await withLoop { loop in
            let asked = Channel<Int>(on: loop, capacity: 9)
            let closed = Channel<Int>(on: loop, capacity: 9)
            let server = try ScriptedServer(on: loop) { connection, number in
                _ = try await connection.readHead()
                try await asked.send(number)
                if number < 3 { try await connection.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc") }
                // What was not read makes of the end a reset.
                #expect((try? await connection.readHead()) == nil)
                try await closed.send(number)
            }
            let client = try caller.make(on: loop)
            _ = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin)
            #expect(try await closed.next() == 0)
            let response = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin)
            let reader = loop.spawn { try await response.body.collect(upTo: 100) }
            loop.schedule(after: .milliseconds(2)) { reader.cancel() }
            await #expect(throws: CancellationError.self) { _ = try await reader.value }
            #expect(try await closed.next() == 1)
            await #expect(throws: HTTPClientError.bodyTooLarge(limit: 8)) {
                _ = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin).body.collect(upTo: 8)
            }
            #expect(try await closed.next() == 2)
            for number in 0..<3 { #expect(try await asked.next() == number) }
            let call = loop.spawn { try await client.send(HTTPClientRequest(.get, "/"), to: server.origin) }
            #expect(try await asked.next() == 3)
            call.cancel()
            await #expect(throws: CancellationError.self) { _ = try await call.value }
            #expect(try await closed.next() == 3)
        }
    }

    struct BrokenAnswer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        /// nil: any.
        var expected: HTTPClientError?
    }

    private static let brokenAnswers = [
        BrokenAnswer(testDescription: "nothing", text: "", expected: .closedBeforeResponse),
        BrokenAnswer(testDescription: "cut body", text: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc", expected: .closedWithinResponse),
        BrokenAnswer(
            testDescription: "endless head", text: "HTTP/1.1 200 OK\r\nx: \(String(repeating: "a", count: 40000))\r\n\r\n",
            expected: .malformedResponse(HTTPFramingError(.headTooLarge))),
        BrokenAnswer(testDescription: "nonsense", text: "nonsense\r\n\r\n", expected: nil),
    ]

    @Test("broken answers are named", arguments: Caller.allCases, brokenAnswers)
    func broken(caller: Caller, answer: BrokenAnswer) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(on: loop) { connection, _ in
                _ = try await connection.readHead()
                try await connection.send(answer.text)
            }
            let client = try caller.make(on: loop)
            for _ in 0..<2 {
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.send(HTTPClientRequest(.get, "/"), to: server.origin).body.collect(upTo: 1 << 20)
                }
                if let expected = answer.expected { #expect(error == expected) }
            }
            #expect(server.connections == 2)
        }
    }

    @Test("refused connections, unknown hosts and sockets that are not there are named", arguments: Caller.allCases)
    func unreachable(caller: Caller) async throws {
        try await withLoop { loop in
            let port = try ReservedPort()
            let client = try caller.make(on: loop)
            var request = HTTPClientRequest(.get, "/")
            // Where no name server answers, that a name is unknown takes its time.
            request.timeouts.connection = .seconds(300)
            for origin in [
                HTTPOrigin(host: "127.0.0.1", port: port.number), HTTPOrigin(host: "no-such-host.invalid"),
                HTTPOrigin(socketPath: "/nowhere.sock"),
            ] {
                let error = await #expect(throws: HTTPClientError.self) { _ = try await client.send(request, to: origin) }
                guard case .connectFailed = error else { throw error ?? HTTPClientError.shutDown }
            }
        }
    }
}
