package import EventLoop
internal import HTTPMessage

/// Calls other servers over plain HTTP/1.1, from one loop, on keep-alive connections of its own: what one service uses to
/// call another. For the outside world, with TLS and proxies, there is the module `ExternalHTTP`.
///
/// A call costs one write, one read, and no task. A request on a connection that the server closed at the same moment is sent once
/// more on a fresh one, if it is idempotent and its body can be sent again.
package final class HTTPClient: HTTPCaller {
    private let loop: EventLoop
    private let limits: HTTPClientLimits
    private var pools: [HTTPOrigin: ConnectionPool] = [:]
    private var isShutDown = false

    /// A client without connections.
    package init(on loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits()) {
        self.loop = loop
        self.limits = limits
    }

    deinit { shutDown() }

    /// Sends a request and returns when the head of its response is there; the body is read by the caller.
    /// Throws `HTTPClientError`, or `CancellationError` when the calling task is cancelled.
    package func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse {
        try request.validate()
        guard origin.scheme == .http else { throw HTTPClientError.invalidRequest("\(origin) needs TLS") }
        let deadline = request.timeouts.call.map { loop.now + $0 }
        let body: OutgoingBody
        if case .none = request.body { body = .none } else { body = try await OutgoingBody(request.body) }
        let pool = try pool(for: origin)
        var wantsFresh = false
        while true {
            let connection: ClientConnection
            if !wantsFresh, let idle = pool.takeIdle() {
                connection = idle
            } else {
                connection = try await pool.acquire(fresh: wantsFresh, timeout: request.timeouts.connection, until: deadline)
            }
            do {
                return try await connection.exchange(request, body, origin, until: deadline)
            } catch HTTPClientError.closedBeforeResponse
                where connection.isReused && request.head.method.isIdempotent && body.isReplayable
            {
                wantsFresh = true
            }
        }
    }

    private func pool(for origin: HTTPOrigin) throws -> ConnectionPool {
        if let pool = pools[origin] { return pool }
        if isShutDown { throw HTTPClientError.shutDown }
        let pool = ConnectionPool(origin: origin, limits: limits, on: loop)
        pools[origin] = pool
        return pool
    }

    /// Closes what is idle and refuses new calls; those under way go on.
    package func shutDown() {
        isShutDown = true
        for pool in pools.values { pool.shutDown() }
    }
}
