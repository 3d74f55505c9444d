package import HTTPMessage

/// A response: its head, and a body that is read as the caller goes.
package struct HTTPClientResponse {
    /// Status and fields.
    package let head: HTTPResponse
    /// The body. Letting go of it before its end gives the connection up.
    package let body: HTTPResponseBody

    /// The status.
    package var status: HTTPStatus { head.status }
    /// The fields.
    package var fields: HTTPFields { head.fields }
}
