package import EventLoop
package import HTTPMessage

/// A request to send, with its body and how long it may take.
package struct HTTPClientRequest {
    /// The body of a request.
    package enum Body {
        /// No body.
        case none
        /// A body that is there as a whole.
        case bytes([UInt8])
        /// A body that comes in pieces: its length if it is known, and a source that gives the next piece, or nil at its end.
        /// The source is asked for a piece when the one before has been sent, and may be asked in another task than the caller's.
        case stream(length: Int?, next: () async throws -> ArraySlice<UInt8>?)
    }

    /// Method, target and fields. `Host` is added when it is missing; the fields that frame the body are written from the body.
    package var head: HTTPRequest
    /// The body.
    package var body: Body
    /// How long each part may take.
    package var timeouts = HTTPClientTimeouts()

    /// A request.
    package init(_ head: HTTPRequest, body: Body = .none) {
        self.head = head
        self.head.version = .http11
        self.body = body
    }

    /// A request for this target.
    package init(_ method: HTTPMethod, _ target: String, fields: HTTPFields = HTTPFields(), body: Body = .none) {
        self.init(HTTPRequest(method: method, target: target, fields: fields), body: body)
    }

    /// Refuses what would end the request line early; field values cannot (`HTTPFields`).
    package func validate() throws(HTTPClientError) {
        let target = head.target.utf8Span.span
        guard !target.isEmpty, target[0] == UInt8(ascii: "/") || target[0] == UInt8(ascii: "*") else {
            throw .invalidRequest("the target is not a path")
        }
        for index in target.indices where target[index] <= 0x20 || target[index] == 0x7F || target[index] == UInt8(ascii: "#") {
            throw .invalidRequest("a control byte, a space or a fragment in the target")
        }
        switch head.method {
        case .other(let name):
            guard !name.isEmpty, name.utf8.allSatisfy(FieldCharacters.isToken) else { throw .invalidRequest("malformed method") }
        case .connect:
            throw .invalidRequest("CONNECT is not supported")
        default:
            break
        }
    }
}

/// How long the parts of a call may take.
package struct HTTPClientTimeouts: Sendable {
    /// Finding or opening a connection.
    package var connection = Duration.seconds(5)
    /// From the request's last byte, or that of its first 64 KiB, to the head of the response.
    package var head = Duration.seconds(60)
    /// Between two reads of the body, while the caller waits for one.
    package var body = Duration.seconds(60)
    /// The call as a whole, body included; nil for no end.
    package var call: Duration?

    /// The time-outs that suit most calls.
    package init() {}

    /// When a part that begins now has to be done: after `duration`, and before the call has to be.
    package static func due(_ duration: Duration, before callDeadline: Instant?, now: Instant) -> Instant {
        let due = now + duration
        guard let callDeadline else { return due }
        return min(due, callDeadline)
    }
}
