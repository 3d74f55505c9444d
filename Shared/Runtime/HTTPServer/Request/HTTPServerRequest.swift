package import EventLoop
import HTTPFraming
package import HTTPMessage

/// A request on its way through the handlers.
///
/// A class, because what is learnt on the way, its route, is seen by whoever looked at it before. What is set whole, once a request, goes
/// unchecked.
package final class HTTPServerRequest {
    /// Method, target and fields.
    package let head: HTTPRequest
    /// The template of the route that was found, for metrics and logs; nil before.
    @exclusivity(unchecked) package var route: String?
    /// What the `{name}`s of the route's template stand for.
    @exclusivity(unchecked) package var parameters = HTTPPathParameters()

    private enum Origin {
        // Strong, for a weak reference would make every use of a connection slower; a connection does not keep its requests.
        case connection(HTTPConnection, request: UInt64, HTTPBodyFraming)
        case made(HTTPRequestBody, EventLoop)
    }

    private let origin: Origin

    /// A request that did not come over a connection: for tests, and for handlers that call handlers.
    package init(_ head: HTTPRequest, body: [UInt8] = [], on loop: EventLoop) {
        self.head = head
        origin = .made(HTTPRequestBody(body), loop)
    }

    init(_ head: HTTPRequestHead, number: UInt64, on connection: HTTPConnection) {
        self.head = head.request
        origin = .connection(connection, request: number, head.body)
    }

    /// The same request, its body and connection and what was learnt of it included, with another head: for who rewrites requests.
    package func replacing(head: HTTPRequest) -> HTTPServerRequest {
        let request = HTTPServerRequest(head, origin)
        request.route = route
        request.parameters = parameters
        return request
    }

    private init(_ head: HTTPRequest, _ origin: Origin) {
        self.head = head
        self.origin = origin
    }

    /// The body, to be pulled by the handler.
    package var body: HTTPRequestBody {
        switch origin {
        case .connection(let connection, let number, let framing): HTTPRequestBody(connection, request: number, framing: framing)
        case .made(let body, _): body
        }
    }

    /// The loop that the request lives on.
    package var loop: EventLoop {
        switch origin {
        case .connection(let connection, _, _): connection.stream.loop
        case .made(_, let loop): loop
        }
    }

    /// The address of the peer; nil on a unix socket.
    package var remoteAddress: SocketAddress? { connection?.stream.peer }

    private var connection: HTTPConnection? {
        if case .connection(let connection, _, _) = origin { connection } else { nil }
    }

    /// The method.
    package var method: HTTPMethod { head.method }

    /// The path as it was sent, without the query.
    package var path: Substring { HTTPRequest.path(of: head.target) }

    /// The header fields.
    package var fields: HTTPFields {
        // Lent, for a copy would be counted each time that a field is looked up.
        _read { yield head.fields }
    }

    /// Whether the client has closed its side of the connection, lost it, or was given up.
    package var isClientGone: Bool { connection?.isClientGone ?? false }

    /// Calls `body` once when the client goes away before it has the whole answer, that of a stream too; at once if it is gone already.
    package func whenClientGone(_ body: @escaping () -> Void) { connection?.whenClientGone(body) }
}
