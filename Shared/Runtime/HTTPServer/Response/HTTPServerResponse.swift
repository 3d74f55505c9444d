package import EventLoop
package import HTTPMessage

/// What a handler answers.
package struct HTTPServerResponse {
    /// What follows the head.
    package enum Body {
        /// These bytes.
        case bytes([UInt8])
        /// What the closure writes, in `length` bytes, or in chunks when the length is not known. It runs after the head
        /// was sent, unless that was asked for alone or the client is gone by then; when it throws, or the client goes away, the connection
        /// is closed.
        case stream(length: Int?, (HTTPBodyWriter) async throws -> Void)
        /// Another protocol: after the head (101) the connection belongs to the closure, and is closed when it returns.
        case upgrade((HTTPUpgradedConnection) async throws -> Void)
    }

    /// Status and fields. What frames the message (`content-length` and the like) is up to the server.
    package var head: HTTPResponse
    /// The body.
    package var body: Body

    /// A response with this body.
    package init(status: HTTPStatus, fields: HTTPFields = HTTPFields(), body: Body) {
        head = HTTPResponse(status: status, fields: fields)
        self.body = body
    }

    /// A response with these bytes, or none.
    package init(status: HTTPStatus, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
        self.init(status: status, fields: fields, body: .bytes(body))
    }

    /// The status.
    package var status: HTTPStatus {
        get { head.status }
        set { head.status = newValue }
    }

    /// The header fields.
    package var fields: HTTPFields {
        get { head.fields }
        // In place: to get, change and set would copy the fields.
        _modify { yield &head.fields }
    }
}

/// A connection that has changed to another protocol.
package struct HTTPUpgradedConnection {
    /// The connection.
    package let stream: SocketStream
    /// What the client sent after its request and before the change.
    package let received: [UInt8]
}
