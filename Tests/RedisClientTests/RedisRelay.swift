import EventLoop
import Glibc
import RedisClient
import Support

/// Stands between a client and the real Redis, and can go down and come back.
final class RedisRelay {
    private let loop: EventLoop
    private let address: SocketAddress
    private let redis: SocketAddress
    private var listener: Listener?
    private var streams: [SocketStream] = []
    /// Whether bytes are passed on; else they are kept back.
    var isPassing = true
    /// How many connections have come.
    private(set) var connections = 0

    /// A relay that is up, on a socket of its own.
    init(on loop: EventLoop) throws {
        self.loop = loop
        address = .unix("/tmp/redis-relay-\(loop.random.next()).sock")
        switch try testRedisConfiguration().address {
        case .unix(let path): redis = .unix(path)
        case .tcp(let host, let port): redis = SocketAddress(numeric: host, port: port) ?? .loopback(port: port)
        }
        try goUp()
    }

    /// The client's way to it.
    var configuration: RedisConfiguration {
        var configuration = RedisConfiguration(address: .unix(address.host))
        configuration.connectTimeout = .seconds(10)
        return configuration
    }

    func goUp() throws {
        let listener = try loop.listen(on: address)
        self.listener = listener
        loop.spawn { [self] in
            while let client = try? await listener.accept() {
                connections += 1
                guard let server = try? await loop.connect(to: redis) else { continue }
                streams += [client, server]
                pass(from: client, to: server)
                pass(from: server, to: client)
            }
        }
    }

    private func pass(from source: SocketStream, to target: SocketStream) {
        loop.spawn { [self] in
            var bytes: [UInt8] = []
            while let count = try? await source.read(appendingTo: &bytes), count > 0 {
                if isPassing { try? await target.write(bytes) }
                bytes.removeAll()
            }
            target.close()
        }
    }

    /// Ends all connections.
    func cut() {
        for stream in streams { stream.close() }
        streams = []
    }

    /// Ends all connections and takes no more.
    func goDown() {
        listener?.close()
        unlink(address.host)
        cut()
    }
}

/// Runs `body` with a client that reaches Redis through a relay.
func withRelay(
    _ change: @escaping @Sendable (inout RedisConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (EventLoop, RedisRelay, RedisClient) async throws -> Void
) async throws {
    try await withLoop { loop in
        let relay = try RedisRelay(on: loop)
        var configuration = relay.configuration
        change(&configuration)
        let client = RedisClient(on: loop, configuration: configuration)
        let running = loop.spawn { try await client.run() }
        try await body(loop, relay, client)
        relay.goDown()
        running.cancel()
        _ = try? await running.value
    }
}

extension RedisClient {
    /// Waits until a command is answered again.
    func untilAvailable(on loop: EventLoop) async throws {
        while true {
            do {
                _ = try await send(["PING"])
                return
            } catch is RedisError {
                try await loop.sleep(for: .milliseconds(2))
            }
        }
    }
}
