package import HTTPMessage
package import HTTPServer

/// What a handler answers: a value of the endpoint's type, or bytes, or a stream.
package struct Reply<Body: Encodable> {
    /// The body.
    package enum Content {
        case json(Body)
        /// JSON that is encoded already: a replayed answer.
        case encoded([UInt8])
        case bytes([UInt8], mediaType: String)
        /// Written piece by piece; the length is nil when it is not known beforehand.
        case stream(mediaType: String, length: Int?, (HTTPBodyWriter) async throws -> Void)
        case none
    }

    /// nil: the endpoint's usual status.
    package var status: HTTPStatus?
    package var fields: HTTPFields
    package var content: Content

    package init(status: HTTPStatus? = nil, fields: HTTPFields = HTTPFields(), _ content: Content) {
        self.status = status
        self.fields = fields
        self.content = content
    }

    /// A value, with the endpoint's usual status unless another is given.
    package static func json(_ body: Body, status: HTTPStatus? = nil, fields: HTTPFields = HTTPFields()) -> Reply {
        Reply(status: status, fields: fields, .json(body))
    }

    /// No body.
    package static var empty: Reply { Reply(.none) }
}
