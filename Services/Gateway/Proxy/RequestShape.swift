internal import HTTPMessage
internal import HTTPServer
internal import WireProtocol

/// What the gateway checks of a request before it passes it on; what is in the body is the owning service's to check.
enum RequestShape {
    /// Throws 400 for a malformed query, 413 for a body that is announced as too large, 415 for a body of another kind.
    static func check(_ request: HTTPServerRequest, _ endpoint: EndpointDescription) throws {
        if let query = request.head.query, (try? HTTPQuery(decoding: query)) == nil {
            throw Problem(.malformedRequest, detail: "the query has a malformed escape")
        }
        if let limit = endpoint.maximumBodySize, let length = request.body.length, length > limit {
            throw Problem(.bodyTooLarge, detail: "at most \(limit) bytes")
        }
        if request.body.length != 0 { try endpoint.demandMediaType(request.fields[.contentType]) }
    }
}
