import EventLoop

extension HTTPConnection {
    /// Sends what `compose` appends, in one write when the client takes it; waits while it does not.
    func write(_ compose: (inout [UInt8]) -> Void) async throws {
        server.output.removeAll(keepingCapacity: true)
        compose(&server.output)
        let rest = try writeOutputAtOnce()
        if !rest.isEmpty { try await write(rest[...]) }
    }

    /// Sends what has been put together in the server's buffer as far as the client takes it; returns what is left over.
    func writeOutputAtOnce() throws -> [UInt8] {
        let written = try server.output.withUnsafeBytes { try stream.writeIfReady($0) }
        // Other connections use the server's buffer meanwhile, so what is left over is kept aside.
        return written < server.output.count ? Array(server.output[written...]) : []
    }

    /// Sends bytes; waits while the client does not take them, and gives up when it takes none for too long.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        defer { deadline.clear() }
        while true {
            let written = try rest.withUnsafeBytes { try stream.writeIfReady($0) }
            rest = rest.dropFirst(written)
            if rest.isEmpty { return }
            if written > 0 || deadline.wait != .client {
                deadline.set(.client, since: stream.loop.now)
            }
            try await stream.waitUntilWritable()
        }
    }

    /// Reads and drops what a client goes on sending after its answer: closing at once would reset the connection,
    /// and the answer with it.
    func linger() async {
        stream.shutdownWriting()
        releaseInput()
        deadline.set(.linger, since: stream.loop.now)
        do {
            while true {
                if let count = try stream.readIfReady() {
                    if count == 0 { return }
                } else {
                    try await stream.waitUntilReadable()
                }
            }
        } catch {
            // Time is up, or the client is gone.
        }
    }
}
