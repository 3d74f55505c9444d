package import HTTPFraming

/// Why a call over HTTP failed. A cancelled one throws `CancellationError` instead.
package enum HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What took too long.
    package enum Phase: String, Hashable, Sendable {
        /// Finding or opening a connection.
        case connection
        /// The head of the response.
        case head = "response head"
        /// The next bytes of the response.
        case body = "response body"
        /// The whole call.
        case call
    }

    /// The request cannot be sent as it is: a space in its target, for instance.
    case invalidRequest(String)
    /// No connection could be opened.
    case connectFailed(String)
    /// Too many calls wait for a connection already.
    case overloaded
    /// It took too long.
    case timedOut(Phase)
    /// The connection ended before the response began; the request may or may not have been acted upon.
    case closedBeforeResponse
    /// The connection ended within the response.
    case closedWithinResponse
    /// The response breaks the protocol.
    case malformedResponse(HTTPFramingError)
    /// The body of the response is larger than the caller takes, in bytes.
    case bodyTooLarge(limit: Int)
    /// The body of the request ended early, went on for too long, or its source failed.
    case requestBodyFailed(String)
    /// The transport says it did not work: a certificate that is not trusted, for instance.
    case transportFailed(String)
    /// The client has been shut down.
    case shutDown

    /// What happened, for the log.
    package var description: String {
        switch self {
        case .invalidRequest(let reason): "invalid request: \(reason)"
        case .connectFailed(let reason): "no connection: \(reason)"
        case .overloaded: "too many calls wait for a connection"
        case .timedOut(let phase): "the \(phase.rawValue) took too long"
        case .closedBeforeResponse: "connection closed before the response"
        case .closedWithinResponse: "connection closed within the response"
        case .malformedResponse(let error): "malformed response: \(error)"
        case .bodyTooLarge(let limit): "the response body exceeds \(limit) bytes"
        case .requestBodyFailed(let reason): "request body: \(reason)"
        case .transportFailed(let reason): reason
        case .shutDown: "the client has been shut down"
        }
    }
}
