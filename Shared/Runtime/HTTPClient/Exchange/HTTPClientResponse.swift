package import HTTPMessage

/// A response: its head, and a body that is read as the caller goes.
package struct HTTPClientResponse {
    /// Status and fields.
    package let head: HTTPResponse
    /// The body. Letting go of it before its end gives the connection up.
    package let body: HTTPResponseBody

    /// The response of a client to whoever called it.
    package init(head: HTTPResponse, body: HTTPResponseBody) {
        self.head = head
        self.body = body
    }

    /// The status.
    package var status: HTTPStatus { head.status }
    /// The fields.
    package var fields: HTTPFields { head.fields }
}
