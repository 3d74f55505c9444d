import EventLoop
import PostgresClient
import Support

/// A proxy before the test server that can keep back the server's answers, cut connections and refuse new ones.
final class PostgresProxy {
    private let loop: EventLoop
    private let upstream: SocketAddress
    private let port: ReservedPort
    private var listener: Listener?
    private var streams: [SocketStream] = []
    private let change: Signal
    var holdsAnswers = false { didSet { change.notify() } }

    /// `client` says where the server is.
    init(_ loop: EventLoop, _ client: PostgresClient) async throws {
        self.loop = loop
        change = Signal(on: loop)
        port = try ReservedPort()
        let path: String = try await client.query(
            "SELECT split_part(current_setting('unix_socket_directories'), ',', 1) || '/.s.PGSQL.' || current_setting('port')"
        ).single()
        upstream = .unix(path)
        try listen()
    }

    deinit { listener?.close() }

    /// The same database through the proxy, by a name that has to be resolved.
    func through(_ configuration: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = configuration
        configuration.settings["host"] = "localhost"
        configuration.settings["port"] = "\(port.number)"
        return configuration
    }

    func listen() throws {
        let listener = try loop.listen(on: port.address)
        self.listener = listener
        loop.spawn { [weak self] in
            while true {
                let client = try await listener.accept()
                guard let self else { return }
                try await self.serve(client)
            }
        }
    }

    private func serve(_ client: SocketStream) async throws {
        let server = try await loop.connect(to: upstream)
        streams += [client, server]
        loop.spawn {
            while true {
                let bytes = try await client.read { [UInt8]($0) }
                if bytes.isEmpty { return server.close() }
                try await server.write(bytes)
            }
        }
        loop.spawn { [change] in
            while true {
                let bytes = try await server.read { [UInt8]($0) }
                if bytes.isEmpty { return client.close() }
                try await change.wait { [weak self] in self?.holdsAnswers == true }
                try await client.write(bytes)
            }
        }
    }

    /// Breaks every connection.
    func cut() {
        for stream in streams { stream.close() }
        streams = []
        holdsAnswers = false
    }

    func stopListening() {
        listener?.close()
        listener = nil
    }
}

/// Looks again until it is so; the test's time limit ends it otherwise.
func eventually(_ loop: EventLoop, _ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await loop.sleep(for: .milliseconds(2)) }
}
