internal import Glibc

/// A connected byte stream on the loop. It reads and writes at once and waits only when the kernel would block.
///
/// Registered once, edge-triggered: a keep-alive request costs no call to epoll but the wait. Not reading is back-pressure.
/// One task may read while another writes. It closes when it is released; `close` makes whoever waits throw.
package final class SocketStream: ReadinessHandler {
    package let loop: EventLoop
    /// The peer's address; nil for unix sockets.
    package let peer: SocketAddress?
    private let descriptor: Int32
    /// Whether a read may give bytes; after one that gave none it will not, until the next readiness.
    package var mayRead: Bool { isReadable }
    // Private: of what no other module can reach the compiler knows that no two accesses overlap, and checks none when it runs.
    private var isReadable = true
    private var mayWrite: Bool
    private var hasHungUp = false
    private var fullReads = 0
    private static let fullReadsInARow = 4
    private var reader: Resumption<Void>?
    private var writer: Resumption<Void>?
    /// Called when there is something to read, or the peer has closed, and no task waits for it: a server's connection needs no task
    /// while it waits for a request. Unchecked: it is called when it has been read.
    @safe @exclusivity(unchecked) package var onReadable: (() -> Void)?
    /// Called once when the peer has closed or reset the connection, even while nobody reads.
    package var onHangUp: (() -> Void)?
    package var isClosed: Bool { hasClosed }
    private var hasClosed = false

    init(descriptor: Int32, peer: SocketAddress?, isConnected: Bool, on loop: EventLoop) {
        self.loop = loop
        self.peer = peer
        self.descriptor = descriptor
        mayWrite = isConnected
        loop.register(descriptor, [.readable, .writable], .edge, UnownedHandler(self))
    }

    deinit { close() }

    /// Closes the stream; whoever waits on it throws `SocketError.closed`.
    package func close() {
        guard !isClosed else { return }
        hasClosed = true
        loop.unregister(descriptor)
        loop.reactor.close(descriptor)
        onReadable = nil
        onHangUp = nil
        take(&reader)?.resume(throwing: SocketError.closed)
        take(&writer)?.resume(throwing: SocketError.closed)
    }

    /// Tells the peer that nothing more will be sent.
    package func shutdownWriting() { if !isClosed { loop.reactor.shutdownWriting(descriptor) } }

    /// Resumes whoever waits for it.
    package func ready(_ readiness: Readiness) {
        // First, for whoever reads now is to know that no other edge will be reported.
        let hangsUp = readiness.contains(.hungUp) && !hasHungUp
        if hangsUp { hasHungUp = true }
        if !readiness.isDisjoint(with: [.readable, .hungUp]) {
            isReadable = true
            if let reader = take(&reader) { reader.resume(returning: ()) } else { onReadable?() }
        }
        if !readiness.isDisjoint(with: [.writable, .hungUp]) {
            mayWrite = true
            take(&writer)?.resume(returning: ())
        }
        if hangsUp {
            let handler = onHangUp
            onHangUp = nil
            handler?()
        }
    }

    private func take(_ slot: inout Resumption<Void>?) -> Resumption<Void>? {
        defer { slot = nil }
        return slot
    }

    // MARK: Reading

    /// Reads what is there, at most `limit` bytes and 64 KiB, and hands it to `body`; waits while there is nothing.
    /// The bytes are the loop's scratch memory: copy what is to be kept. Empty at the end of the stream.
    package func read<T>(limit: Int = .max, _ body: (UnsafeRawBufferPointer) throws -> T) async throws -> T {
        while true {
            if let count = try readIfReady(limit: limit) {
                return try unsafe body(UnsafeRawBufferPointer(rebasing: loop.scratch[..<count]))
            }
            try await waitUntilReadable()
        }
    }

    /// Reads and appends; returns how many bytes came, 0 at the end of the stream.
    package func read(appendingTo bytes: inout [UInt8], limit: Int = .max) async throws -> Int {
        while true {
            if let count = try readIfReady(limit: limit) {
                unsafe bytes.append(contentsOf: loop.scratch[..<count])
                return count
            }
            try await waitUntilReadable()
        }
    }

    /// Reads into the loop's scratch memory without waiting; nil when nothing is there, 0 at the end.
    package func readIfReady(limit: Int = .max) throws -> Int? {
        if isClosed { throw SocketError.closed }
        guard mayRead else { return nil }
        let wanted = unsafe min(max(limit, 1), loop.scratch.count)
        let count = unsafe loop.reactor.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<wanted]))
        if count == -Int(EAGAIN) {
            isReadable = hasHungUp
            return nil
        }
        if count < 0 { throw SocketError(action: "read", code: Int32(clamping: -count)) }
        // Less than was asked for: the kernel's buffer is empty, and the next edge will be reported (epoll(7)). A hang-up has had its edge.
        if count > 0, count < wanted, !hasHungUp { isReadable = false }
        if count == wanted { countFullRead() } else { fullReads = 0 }
        return count
    }

    /// A peer that sends faster than it is read would keep its reader from ever waiting, and with it everything else on the loop: after some
    /// full reads the next must wait until all that is ready had its turn.
    private func countFullRead() {
        fullReads += 1
        guard fullReads == Self.fullReadsInARow else { return }
        fullReads = 0
        isReadable = false
        loop.schedule(at: loop.now) { self.ready(.readable) }
    }

    /// Waits until a read may succeed.
    package func waitUntilReadable() async throws {
        if isClosed { throw SocketError.closed }
        if mayRead { return }
        try await loop.suspend { resumption in
            if mayRead || isClosed { resumption.resume(returning: ()) } else { reader = resumption }
        }
    }

    // MARK: Writing

    /// Writes everything; waits while the peer does not take it.
    package func write(_ bytes: [UInt8]) async throws { try await write(bytes[...]) }

    /// Writes everything; waits while the peer does not take it.
    package func write(_ bytes: ArraySlice<UInt8>) async throws {
        var position = bytes.startIndex
        while position < bytes.endIndex {
            unsafe position += try bytes[position...].withUnsafeBytes { try unsafe writeIfReady($0) }
            if position < bytes.endIndex { try await waitUntilWritable() }
        }
    }

    /// Writes what the kernel takes at once; returns how many bytes that was.
    package func writeIfReady(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        if isClosed { throw SocketError.closed }
        guard mayWrite else { return 0 }
        let count = unsafe loop.reactor.write(descriptor, bytes)
        if count == -Int(EAGAIN) {
            mayWrite = false
            return 0
        }
        if count < 0 { throw SocketError(action: "write", code: Int32(clamping: -count)) }
        if count < bytes.count { mayWrite = false }
        return count
    }

    /// Waits until a write may succeed.
    package func waitUntilWritable() async throws {
        if isClosed { throw SocketError.closed }
        if mayWrite { return }
        try await loop.suspend { resumption in
            if mayWrite || isClosed { resumption.resume(returning: ()) } else { writer = resumption }
        }
    }

    /// How a connection attempt ended.
    func connectionError() -> Int32 { loop.reactor.connectionError(descriptor) }
}

/// Lets the loop watch a stream without keeping it alive. Unowned, for a weak reference would make every other reference to
/// the stream slower; it cannot dangle, since a stream that is released unregisters its handler first.
private final class UnownedHandler: ReadinessHandler {
    private unowned let stream: SocketStream
    init(_ stream: SocketStream) { self.stream = stream }
    func ready(_ readiness: Readiness) { stream.ready(readiness) }
}
