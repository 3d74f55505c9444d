import HTTPFraming

/// Writes the body of a streamed response. What is written is sent at once.
package final class HTTPBodyWriter {
    private let connection: HTTPConnection
    private let framing: HTTPBodyFraming
    private var bytesLeft: Int

    init(_ connection: HTTPConnection, framing: HTTPBodyFraming) {
        self.connection = connection
        self.framing = framing
        bytesLeft = if case .length(let length) = framing { length } else { .max }
    }

    /// Sends bytes; waits while the client does not take them. Throws when the client is gone.
    package func write(_ bytes: ArraySlice<UInt8>) async throws {
        guard bytes.count <= bytesLeft else { throw HTTPServerError.wrongLength }
        if bytesLeft != .max { bytesLeft -= bytes.count }
        // In pieces, so that no more than one of them is ever copied.
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(64 << 10)
            rest = rest.dropFirst(piece.count)
            try await connection.write { output in
                if framing == .chunked {
                    HTTPWriter.writeChunk(piece, into: &output)
                } else {
                    output.append(contentsOf: piece)
                }
            }
        }
    }

    /// Sends bytes; waits while the client does not take them. Throws when the client is gone.
    package func write(_ bytes: [UInt8]) async throws { try await write(bytes[...]) }

    func finish() async throws {
        switch framing {
        case .chunked: try await connection.write { HTTPWriter.writeLastChunk(into: &$0) }
        case .length where bytesLeft > 0: throw HTTPServerError.wrongLength
        case .none, .length, .untilClose: break
        }
    }
}
