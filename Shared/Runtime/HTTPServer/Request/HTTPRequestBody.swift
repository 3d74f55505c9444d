import HTTPFraming

/// The body of a request, pulled by whoever wants it: the client is slowed down to the pace of the reader.
package struct HTTPRequestBody {
    private enum Source {
        case connection(HTTPConnection, request: UInt64)
        case bytes(BufferedBytes)
    }

    private final class BufferedBytes {
        var bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    private let source: Source
    /// How many bytes the body has; nil when that is not known before its end.
    package let length: Int?

    /// A body that is at hand.
    package init(_ bytes: [UInt8]) {
        source = .bytes(BufferedBytes(bytes))
        length = bytes.count
    }

    init(_ connection: HTTPConnection, request: UInt64, framing: HTTPBodyFraming) {
        source = .connection(connection, request: request)
        length =
            switch framing {
            case .none: 0
            case .length(let length): length
            case .chunked, .untilClose: nil
            }
    }

    /// The next bytes, nil at the end. Throws `HTTPFramingError` when the body is malformed and `HTTPServerError` when
    /// it does not come; either is best passed on, for the server knows how to answer.
    package func next() async throws -> ArraySlice<UInt8>? {
        switch source {
        case .connection(let connection, let request):
            return try await connection.nextBodyBytes(of: request)
        case .bytes(let buffered):
            defer { buffered.bytes = [] }
            return buffered.bytes.isEmpty ? nil : buffered.bytes[...]
        }
    }

    /// The whole body, or what is left of it. Throws `HTTPFramingError(.bodyTooLarge)` when it is larger than `limit` bytes.
    package func collect(upTo limit: Int) async throws -> [UInt8] {
        if let length, length > limit { throw HTTPFramingError(.bodyTooLarge) }
        if length == 0 { return [] }
        guard let first = try await next() else { return [] }
        guard first.count <= limit else { throw HTTPFramingError(.bodyTooLarge) }
        var bytes = Array(first)
        while let more = try await next() {
            guard more.count <= limit - bytes.count else { throw HTTPFramingError(.bodyTooLarge) }
            bytes.append(contentsOf: more)
        }
        return bytes
    }
}
