import EventLoop
import Testing

/// A server on a socket whose every byte the test decides.
final class ScriptedServer {
    let listener: Listener
    /// How many connections have come.
    private(set) var connections = 0

    /// Runs `serve` for each connection, with its number from 0.
    init(
        on loop: EventLoop, at address: SocketAddress = .loopback(port: 0), _ serve: @escaping (ServerConnection, Int) async throws -> Void
    ) throws {
        listener = try loop.listen(on: address)
        loop.spawn { [self, listener] in
            while let stream = try? await listener.accept() {
                let number = connections
                connections += 1
                loop.spawn {
                    let connection = ServerConnection(stream: stream)
                    try? await serve(connection, number)
                    stream.close()
                }
            }
        }
    }
}

/// The server's side of a connection.
final class ServerConnection {
    let stream: SocketStream
    private var input: [UInt8] = []

    init(stream: SocketStream) { self.stream = stream }

    /// The next request head, or nil when the client has closed.
    func readHead() async throws -> String? {
        while true {
            if let end = input.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { input.removeSubrange(..<end.upperBound) }
                return String(decoding: input[..<end.upperBound], as: UTF8.self)
            }
            if try await readMore() == 0 { return nil }
        }
    }

    /// Exactly so many bytes.
    func read(_ count: Int) async throws -> String {
        while input.count < count { try #require(try await readMore() > 0) }
        defer { input.removeSubrange(..<count) }
        return String(decoding: input[..<count], as: UTF8.self)
    }

    /// Drops exactly so many bytes.
    func skip(_ count: Int) async throws {
        var rest = count - input.count
        input.removeFirst(min(count, input.count))
        while rest > 0 {
            let count = try await stream.read(limit: rest) { $0.count }
            try #require(count > 0)
            rest -= count
        }
    }

    /// Everything until the client closes.
    func readToEnd() async throws -> String {
        while try await readMore() > 0 {}
        return String(decoding: input, as: UTF8.self)
    }

    private func readMore() async throws -> Int {
        var bytes: [UInt8] = []
        let count = try await stream.read(appendingTo: &bytes)
        input += bytes
        return count
    }

    func send(_ text: String) async throws { try await stream.write(Array(text.utf8)) }

    /// Answers every request with its number on this connection.
    func answerAll() async throws {
        var number = 0
        while let head = try await readHead() {
            if head.contains("content-length: 2") { _ = try await read(2) }
            try await send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\(number)")
            number += 1
        }
    }
}
