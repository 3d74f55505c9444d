package import HTTPMessage

/// What a request parser found.
package enum HTTPRequestEvent {
    /// The head of the next request.
    case head(HTTPRequestHead)
    /// Bytes of its body, at this place of the input.
    case body(Range<Int>)
    /// The request is over.
    case end(trailers: HTTPFields)
}

/// The head of a request and what it means for the connection.
package struct HTTPRequestHead: Sendable {
    /// Method, target, version and fields.
    package var request: HTTPRequest
    /// How the body ends.
    package var body: HTTPBodyFraming
    /// Whether the client means to send another request on the connection.
    package var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
    /// Whether the client asks to go on with another protocol.
    package var wantsUpgrade: Bool
}

/// Reads requests off a connection (RFC 9112), strictly: whatever two parsers could read differently is refused.
///
/// A pure state machine: bytes in, events out. Any split of the bytes gives the same events, save that body bytes
/// come in other pieces. After an error the parser stays failed.
package struct HTTPRequestParser {
    private enum Phase {
        case head
        case body
        case closed
    }

    private let limits: HTTPFramingLimits
    // Side by side rather than within the phase: they are changed in place.
    private var phase = Phase.head
    private var section: SectionParser
    private var body = BodyDecoder.length(remaining: 0)
    private var keepsAlive = true
    private var failure: HTTPFramingError?

    /// A parser at the start of a connection.
    package init(limits: HTTPFramingLimits = HTTPFramingLimits()) {
        self.limits = limits
        section = SectionParser(.request, limits)
    }

    /// Ends a request that has no body, as the next call of `next` would; returns whether it is over.
    package mutating func endWithoutBody() -> Bool {
        guard phase == .body, case .length(remaining: 0) = body else { return false }
        phase = keepsAlive ? .head : .closed
        return true
    }

    /// The next event in the bytes from `position` on, which moves past what was taken; nil when all bytes are
    /// taken and more are needed. After the last request of a connection, what follows stays where it is.
    package mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> HTTPRequestEvent? {
        if let failure { throw failure }
        do throws(HTTPFramingError) {
            switch phase {
            case .head:
                guard let bytes = try section.next(input, from: &position) else { return nil }
                return .head(try takeHead(bytes))
            case .body:
                switch try body.next(input, from: &position) {
                case .data(let place): return .body(place)
                case .end(let trailers):
                    phase = keepsAlive ? .head : .closed
                    return .end(trailers: trailers)
                case nil: return nil
                }
            case .closed:
                return nil
            }
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func takeHead(_ bytes: consuming [UInt8]) throws(HTTPFramingError) -> HTTPRequestHead {
        guard case .request(let method, let target, let version) = section.startLine else { throw HTTPFramingError(.malformedStartLine) }
        let framing = section.framing
        if framing.isChunked, version == .http10 { throw HTTPFramingError(.transferEncodingOnVersion10) }
        try RequestTarget.check(target, method: method, version: version, host: framing.host, in: bytes.span)
        let text = bytes.span.asciiText(target)
        let head = HTTPRequestHead(
            request: HTTPRequest(method: method, target: text, version: version, fields: section.takeFields(bytes)),
            body: framing.isChunked ? .chunked : framing.contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none,
            keepsAlive: framing.keepsAlive(version),
            expectsContinue: framing.expectsContinue && version == .http11,
            wantsUpgrade: framing.saysUpgrade && version == .http11)
        body = try BodyDecoder(head.body, limits)
        keepsAlive = head.keepsAlive
        phase = .body
        return head
    }
}
