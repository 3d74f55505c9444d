import EventLoop
import RedisClient
import Support

/// Runs `body` with a client that reaches Redis through a relay.
func withRelay(
    _ change: @escaping @Sendable (inout RedisConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (EventLoop, Relay, RedisClient) async throws -> Void
) async throws {
    try await withLoop { loop in
        let path = "/tmp/redis-relay-\(loop.random.next()).sock"
        let relay = try Relay(on: loop, at: .unix(path), to: try testRedisConfiguration().socketAddress)
        defer { relay.goDown() }
        var configuration = RedisConfiguration(address: .unix(path))
        (configuration.connectTimeout, configuration.responseTimeout) = (.seconds(120), .seconds(120))
        change(&configuration)
        let client = RedisClient(on: loop, configuration: configuration)
        let running = loop.spawn { try await client.run() }
        defer { running.cancel() }
        try await body(loop, relay, client)
    }
}

extension RedisClient {
    /// Waits until a command is answered again.
    func untilAvailable(on loop: EventLoop) async throws {
        try await loop.eventually {
            do { return try await send(["PING"]) == .status("PONG") } catch is RedisError { return false }
        }
    }
}
