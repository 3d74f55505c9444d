internal import HTTPClient
internal import HTTPFraming
internal import HTTPServer

/// The body of a request on its way to a service: read from the client as fast as the service takes it.
final class ForwardedBody {
    private let source: HTTPRequestBody
    private var bytesLeft: Int
    /// What went wrong with reading it from the client.
    private(set) var failure: (any Error)?

    init(_ request: HTTPServerRequest, limit: Int?) {
        source = request.body
        bytesLeft = limit ?? .max
    }

    /// The body to send.
    var body: HTTPClientRequest.Body { .stream(length: source.length, next: next) }

    private func next() async throws -> ArraySlice<UInt8>? {
        do {
            guard let piece = try await source.next() else { return nil }
            guard piece.count <= bytesLeft else { throw HTTPFramingError(.bodyTooLarge) }
            bytesLeft -= piece.count
            return piece
        } catch {
            failure = error
            throw error
        }
    }
}
