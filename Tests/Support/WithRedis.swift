package import EventLoop
internal import Glibc
package import RedisClient

/// There is no Redis to test with, or its address is not one.
package struct NoTestRedis: Error, CustomStringConvertible {
    package let description: String
}

/// The Redis that the tests use, from `TROUPE_TEST_REDIS` (`host:port` or `unix:/path`).
package func testRedisConfiguration() throws -> RedisConfiguration {
    guard let value = getenv("TROUPE_TEST_REDIS") else {
        throw NoTestRedis(description: "TROUPE_TEST_REDIS is not set: run the tests with `make test`")
    }
    let text = String(cString: value)
    guard let configuration = RedisConfiguration(text) else { throw NoTestRedis(description: "TROUPE_TEST_REDIS is no address: \(text)") }
    return configuration
}

extension RedisConfiguration {
    /// The same address for a relay to connect to; of a host its number.
    package var socketAddress: SocketAddress {
        switch address {
        case .unix(let path): .unix(path)
        case .tcp(let host, let port): SocketAddress(numeric: host, port: port) ?? .loopback(port: port)
        }
    }
}

/// Runs `body` with a connected client of the real Redis and a prefix for keys and channels that nobody else uses.
package func withRedis<T>(on loop: EventLoop, _ body: (RedisClient, _ prefix: String) async throws -> T) async throws -> T {
    var configuration = try testRedisConfiguration()
    // On a busy machine answers take their time.
    (configuration.connectTimeout, configuration.responseTimeout) = (.seconds(120), .seconds(120))
    let client = RedisClient(on: loop, configuration: configuration)
    let running = loop.spawn { try await client.run() }
    defer { running.cancel() }
    _ = try await client.send(["PING"])
    return try await body(client, "test:\(loop.random.next()):")
}
