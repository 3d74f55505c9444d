package import EventLoop

/// The addresses of a server, believed for a short time.
package final class AddressCache {
    private let origin: HTTPOrigin
    private let loop: EventLoop
    private var cached: (list: [SocketAddress], until: Instant)?

    /// How long the answer of the resolver is believed.
    private static let lifetime = Duration.seconds(10)

    /// Of this server; nothing is looked up yet.
    package init(of origin: HTTPOrigin, on loop: EventLoop) {
        self.origin = origin
        self.loop = loop
    }

    /// Where to connect to. Throws `HTTPClientError`.
    package func addresses(until due: Instant) async throws -> [SocketAddress] {
        if let path = origin.socketPath { return [.unix(path)] }
        if let cached, cached.until > loop.now { return cached.list }
        if let numeric = SocketAddress(numeric: origin.host, port: origin.port) { return [numeric] }
        do {
            let list = try await loop.withTimeout(due - loop.now) { [loop, origin] in
                try await loop.resolve(origin.host, port: origin.port)
            }
            cached = (list, loop.now + Self.lifetime)
            return list
        } catch let error as ResolutionError {
            throw HTTPClientError.connectFailed(String(describing: error))
        } catch is TimedOut {
            throw HTTPClientError.timedOut(.connection)
        }
    }

    /// Drops what is cached: none of the addresses answered.
    func forget() { cached = nil }
}
