package import EventLoop

/// An HTTP/1.1 server on one loop: one request at a time on each connection.
///
/// It lives on its loop, as its handler and all its connections do. Several loops share a port through
/// `listen(on:sharePort:)`, each with a server of its own.
package final class HTTPServer {
    /// The loop that the server lives on.
    package let loop: EventLoop
    /// Told each error that a handler threw and that became a 500; nothing else sees it.
    package var onFailure: ((any Error, HTTPServerRequest) -> Void)?

    let configuration: HTTPServerConfiguration
    /// Where responses are put together before they are written. Unchecked: whoever fills it writes it at once.
    @exclusivity(unchecked) var output: [UInt8] = []

    private let connectionEnded: Signal
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var connectionsByClient: [ClientAddress: Int] = [:]
    private var listeners: [Listener] = []
    private var isSweeping = false
    private var date: ResponseDate
    private(set) var isDraining = false

    /// A server that is yet to serve.
    package init(on loop: EventLoop, configuration: HTTPServerConfiguration = HTTPServerConfiguration()) {
        self.loop = loop
        self.configuration = configuration
        connectionEnded = Signal(on: loop)
        date = ResponseDate(on: loop)
    }

    /// The connections that are open.
    package var connectionCount: Int { connections.count }

    /// Accepts connections and serves them until `shutdown`, or until the calling task is cancelled.
    package func serve(_ listener: Listener, _ handler: @escaping HTTPHandler) async throws {
        listeners.append(listener)
        if isDraining { listener.close() }
        do {
            while true { admit(try await listener.accept(), handler) }
        } catch {
            listener.close()
            guard isDraining else { throw error }
        }
    }

    /// Stops accepting, lets requests under way finish, and closes what is left after `deadline`.
    /// Connections that wait for a request are closed at once. Returns when all are closed.
    package func shutdown(deadline: Duration) async {
        isDraining = true
        for listener in listeners { listener.close() }
        for connection in connections.values { connection.closeIfIdle() }
        let timer = loop.schedule(after: deadline) { [self] in
            for connection in connections.values { connection.abort() }
        }
        defer { loop.cancel(timer) }
        do {
            try await connectionEnded.wait { !connections.isEmpty }
        } catch {
            // The caller was cancelled: whatever is left ends now.
            for connection in connections.values { connection.abort() }
        }
    }

    /// The current `date` line with its line end, made anew once a second.
    func dateLine() -> [UInt8] {
        if date.goodUntil <= loop.now { date = ResponseDate(on: loop) }
        return date.line
    }

    private func admit(_ stream: SocketStream, _ handler: @escaping HTTPHandler) {
        let client = ClientAddress(stream.peer)
        let ofClient = connectionsByClient[client, default: 0]
        let limit = client == .unknown ? nil : configuration.maximumConnectionsPerClient
        guard connections.count < configuration.maximumConnections, ofClient < limit ?? .max else {
            HTTPConnection(stream, server: self, handler).turnAway()
            return
        }
        connectionsByClient[client] = ofClient + 1
        let connection = HTTPConnection(stream, server: self, handler)
        connections[ObjectIdentifier(connection)] = connection
        connection.start { [self] in
            connections[ObjectIdentifier(connection)] = nil
            forget(client)
            connectionEnded.notify()
        }
        sweepSoon()
    }

    private func forget(_ client: ClientAddress) {
        let count = connectionsByClient[client, default: 1] - 1
        connectionsByClient[client] = count > 0 ? count : nil
    }

    // MARK: Time limits

    /// Looks after all time limits at once: a timer for each would be set and cancelled several times a request.
    private func sweepSoon() {
        guard !isSweeping else { return }
        isSweeping = true
        loop.schedule(after: sweepInterval) { [self] in
            isSweeping = false
            for connection in connections.values {
                if connection.deadline.isOver(at: loop.now, configuration) { connection.expire() } else { connection.endIdleTask() }
            }
            if !connections.isEmpty { sweepSoon() }
        }
    }

    /// An eighth of the shortest limit, so that none is overrun by much.
    private var sweepInterval: Duration {
        let limits = [
            configuration.headTimeout, configuration.bodyTimeout, configuration.writeTimeout, configuration.idleTimeout,
            configuration.lingerTimeout,
        ]
        return max(.milliseconds(5), (limits.min() ?? .seconds(8)) / 8)
    }
}
