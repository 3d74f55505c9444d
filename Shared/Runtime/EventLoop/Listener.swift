internal import Glibc

/// A listening socket, until `close`.
package final class Listener: ReadinessHandler {
    /// Where it listens; the port is the real one when 0 was asked for.
    package let address: SocketAddress
    private let loop: EventLoop
    private let descriptor: Int32
    private var mayAccept = true
    private var waiting: Resumption<Void>?
    package private(set) var isClosed = false

    fileprivate init(descriptor: Int32, address: SocketAddress, on loop: EventLoop) {
        self.descriptor = descriptor
        self.address = address
        self.loop = loop
        loop.register(descriptor, .readable, .edge, self)
    }

    /// The next connection. Throws `SocketError.closed` after `close`.
    package func accept() async throws -> SocketStream {
        while true {
            if isClosed { throw SocketError.closed }
            if mayAccept {
                let (accepted, peer) = loop.reactor.accept(descriptor)
                if accepted >= 0 { return SocketStream(descriptor: accepted, peer: peer, isConnected: true, on: loop) }
                switch -accepted {
                case EAGAIN: mayAccept = false
                case ECONNABORTED, EINTR: continue
                case let code where [EBADF, EFAULT, EINVAL, ENOTSOCK].contains(code): throw SocketError(action: "accept", code: code)
                // Out of descriptors or memory, or an error of the connection that would have been accepted (accept(2)): it passes. Ask
                // again shortly rather than spin.
                default: try await loop.sleep(for: .milliseconds(50))
                }
                continue
            }
            try await loop.suspend { resumption in
                if mayAccept || isClosed { resumption.resume(returning: ()) } else { waiting = resumption }
            }
        }
    }

    /// A connection waits to be accepted.
    package func ready(_ readiness: Readiness) {
        mayAccept = true
        waiting?.resume(returning: ())
        waiting = nil
    }

    /// Stops listening.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.unregister(descriptor)
        loop.reactor.close(descriptor)
        waiting?.resume(throwing: SocketError.closed)
        waiting = nil
    }
}

extension EventLoop {
    /// Listens. With `sharePort` several loops may listen on one port, and the kernel spreads connections over them.
    package func listen(on address: SocketAddress, backlog: Int32 = 1024, sharePort: Bool = false) throws -> Listener {
        let descriptor = reactor.listen(address, backlog: backlog, sharePort: sharePort)
        guard descriptor >= 0 else { throw SocketError(action: "listen on \(address)", code: -descriptor) }
        return Listener(descriptor: descriptor, address: reactor.localAddress(descriptor) ?? address, on: self)
    }

    /// Connects, within `timeout` (throws `TimedOut`).
    package func connect(to address: SocketAddress, timeout: Duration = .seconds(10)) async throws -> SocketStream {
        let descriptor = reactor.connect(address)
        guard descriptor >= 0 else { throw SocketError(action: "connect to \(address)", code: -descriptor) }
        let stream = SocketStream(descriptor: descriptor, peer: address, isConnected: false, on: self)
        var timedOut = false
        let timer = schedule(after: timeout) {
            timedOut = true
            stream.close()
        }
        defer { cancel(timer) }
        do {
            try await stream.waitUntilWritable()
        } catch {
            stream.close()
            throw timedOut ? TimedOut() : error
        }
        if timedOut { throw TimedOut() }
        let code = stream.connectionError()
        guard code == 0 else { throw SocketError(action: "connect to \(address)", code: code) }
        return stream
    }
}
