package import EventLoop
internal import Glibc
package import PostgresClient

/// Stands between clients and a server, and can do what networks and servers do on a bad day.
package final class Relay {
    /// Where clients reach it.
    package let address: SocketAddress
    /// How many connections have come.
    package private(set) var connections = 0
    /// Whether what the server says is kept back.
    package var holdsAnswers = false { didSet { change.notify() } }

    private let loop: EventLoop
    private let server: SocketAddress
    private var listener: Listener?
    private var streams: [SocketStream] = []
    private let change: Signal

    /// A relay that is up.
    package init(on loop: EventLoop, at address: SocketAddress, to server: SocketAddress) throws {
        self.loop = loop
        self.address = address
        self.server = server
        change = Signal(on: loop)
        try goUp()
    }

    deinit { goDown() }

    /// Takes connections.
    package func goUp() throws {
        let listener = try loop.listen(on: address)
        self.listener = listener
        loop.spawn { [weak self] in
            while true {
                let client = try await listener.accept()
                guard let self else { return }
                connections += 1
                try? await serve(client)
            }
        }
    }

    private func serve(_ client: SocketStream) async throws {
        let server = try await loop.connect(to: server)
        streams += [client, server]
        loop.spawn {
            defer { server.close() }
            while case let bytes = try await client.read({ [UInt8]($0) }), !bytes.isEmpty { try await server.write(bytes) }
        }
        loop.spawn { [change] in
            defer { client.close() }
            while case let bytes = try await server.read({ [UInt8]($0) }), !bytes.isEmpty {
                try await change.wait { [weak self] in self?.holdsAnswers == true }
                try await client.write(bytes)
            }
        }
    }

    /// Breaks every connection, and holds nothing back any more.
    package func cut() {
        for stream in streams { stream.close() }
        streams = []
        holdsAnswers = false
    }

    /// Breaks every connection and takes no more.
    package func goDown() {
        listener?.close()
        listener = nil
        if case .unix(let path) = address { unlink(path) }
        cut()
    }
}

/// Where the server of this client listens.
package func socketAddress(of client: PostgresClient) async throws -> SocketAddress {
    let path: String = try await client.query(
        "SELECT split_part(current_setting('unix_socket_directories'), ',', 1) || '/.s.PGSQL.' || current_setting('port')"
    ).single()
    return .unix(path)
}
