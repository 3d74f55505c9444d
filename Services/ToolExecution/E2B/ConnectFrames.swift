internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// The frames of Connect RPC's streams: a byte of flags, a length, and JSON.
enum ConnectFrames {
    static let mediaType = "application/connect+json"
    private static let lastFrame: UInt8 = 2
    private static let longest = 1 << 20

    static func frame(_ value: JSONValue, isLast: Bool = false) throws -> [UInt8] {
        let body = try JSONCodec.encode(value)
        var frame: [UInt8] = [isLast ? lastFrame : 0]
        frame.append(number: UInt32(clamping: body.count))
        return frame + body
    }

    /// A stream that `body` writes to; what it throws becomes the last frame.
    static func stream(_ body: @escaping ((JSONValue) async throws -> Void) async throws -> Void) -> HTTPServerResponse {
        HTTPServerResponse(
            status: .ok, fields: [.contentType: mediaType],
            body: .stream(length: nil) { writer in
                var end: JSONValue = [:]
                do {
                    try await body { try await writer.write(try frame($0)) }
                } catch {
                    guard let problem = ProblemAnswer.problem(for: error) else { throw error }
                    end = ["error": E2BErrors.connectError(problem)]
                }
                try await writer.write(try frame(end, isLast: true))
            })
    }

    /// Reads frames off a body as they come.
    struct Reader {
        private let body: HTTPRequestBody
        private var bytes: [UInt8] = []

        init(_ body: HTTPRequestBody) { self.body = body }

        /// The next frame's value, or nil at the end.
        mutating func next() async throws -> JSONValue? {
            while true {
                if bytes.count >= 5 {
                    let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
                    guard length <= longest else { throw Problem(.bodyTooLarge) }
                    if bytes.count >= 5 + length {
                        let (flags, content) = (bytes[0], Array(bytes[5..<5 + length]))
                        bytes.removeFirst(5 + length)
                        if flags & lastFrame != 0 { return nil }
                        guard flags == 0, let value = try? JSONCodec.decode(JSONValue.self, from: content, unknownFields: .ignored) else {
                            throw Problem(.malformedJSON, detail: "a frame that is no plain JSON")
                        }
                        return value
                    }
                }
                guard let piece = try await body.next() else {
                    if bytes.isEmpty { return nil }
                    throw Problem(.malformedRequest, detail: "the last frame is cut off")
                }
                bytes += piece
            }
        }
    }

    /// The one message of a request, framed or not.
    static func message(_ request: HTTPServerRequest) async throws -> JSONValue {
        guard request.fields[.contentType]?.hasPrefix(mediaType) == true else { return try await request.body.json() }
        var reader = Reader(request.body)
        return try await reader.next() ?? [:]
    }
}
