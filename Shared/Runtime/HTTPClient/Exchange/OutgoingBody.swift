internal import HTTPFraming

/// The body of a request, looked at before a connection is taken: a streamed one that is there with its first piece
/// is sent like one that was given as a whole, and a sender that has not begun yet holds no connection.
package enum OutgoingBody {
    case none
    case bytes(ArraySlice<UInt8>)
    case stream(BodyStream)

    /// Asks a streamed body for its first piece. Throws `HTTPClientError`.
    package init(_ body: HTTPClientRequest.Body) async throws {
        switch body {
        case .none:
            self = .none
        case .bytes(let bytes):
            self = .bytes(bytes[...])
        case .stream(let length, let next):
            guard let first = try await BodyStream.piece(of: next) else {
                guard length ?? 0 == 0 else { throw HTTPClientError.requestBodyFailed("ended early") }
                self = .bytes([])
                return
            }
            if first.count == length { self = .bytes(first) } else { self = .stream(BodyStream(first: first, length: length, next: next)) }
        }
    }

    /// Whether it can be sent a second time.
    var isReplayable: Bool {
        if case .stream = self { false } else { true }
    }

    var framing: HTTPBodyFraming {
        switch self {
        case .none: .none
        case .bytes(let bytes): bytes.isEmpty ? .none : .length(bytes.count)
        case .stream(let stream): stream.length.map { .length($0) } ?? .chunked
        }
    }
}

/// A body that is sent while it comes.
package final class BodyStream {
    /// How long it is, if that is known.
    package let length: Int?
    private var first: ArraySlice<UInt8>?
    private var remaining: Int?
    private let source: () async throws -> ArraySlice<UInt8>?

    init(first: ArraySlice<UInt8>, length: Int?, next: @escaping () async throws -> ArraySlice<UInt8>?) {
        self.first = first
        self.length = length
        remaining = length
        source = next
    }

    /// A body that is there as a whole, in pieces of at most this length.
    convenience init(_ bytes: ArraySlice<UInt8>, pieceLength: Int) {
        var rest = bytes.dropFirst(pieceLength)
        self.init(first: bytes.prefix(pieceLength), length: bytes.count) {
            defer { rest = rest.dropFirst(pieceLength) }
            return rest.isEmpty ? nil : rest.prefix(pieceLength)
        }
    }

    /// Asks a source; what it throws is told from what the connection throws.
    static func piece(of source: () async throws -> ArraySlice<UInt8>?) async throws -> ArraySlice<UInt8>? {
        do {
            return try await source()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw HTTPClientError.requestBodyFailed(String(describing: error))
        }
    }

    /// The next piece, or nil at the end; checks that the pieces add up to what was promised.
    package func next() async throws -> ArraySlice<UInt8>? {
        let piece: ArraySlice<UInt8>?
        if let first {
            piece = first
            self.first = nil
        } else {
            piece = try await Self.piece(of: source)
        }
        if let remaining {
            let left = remaining - (piece?.count ?? 0)
            if left < 0 { throw HTTPClientError.requestBodyFailed("longer than its length says") }
            if piece == nil, left > 0 { throw HTTPClientError.requestBodyFailed("ended early") }
            self.remaining = left
        }
        return piece
    }
}
