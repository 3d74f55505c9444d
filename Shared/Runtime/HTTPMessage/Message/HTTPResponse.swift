/// The head of a response.
package struct HTTPResponse: Equatable, Sendable {
    /// The status.
    package var status: HTTPStatus
    /// The header fields.
    package var fields: HTTPFields

    /// A response head.
    package init(status: HTTPStatus, fields: HTTPFields = HTTPFields()) {
        self.status = status
        self.fields = fields
    }
}
