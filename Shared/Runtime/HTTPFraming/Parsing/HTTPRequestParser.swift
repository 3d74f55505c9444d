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
    private enum State {
        case head(SectionParser)
        case body(BodyDecoder)
        case closed
        case failed(HTTPFramingError)
    }

    private let limits: HTTPFramingLimits
    private var state: State
    private var keepsAlive = true

    /// A parser at the start of a connection.
    package init(limits: HTTPFramingLimits = HTTPFramingLimits()) {
        self.limits = limits
        state = .head(SectionParser(.request, limits))
    }

    /// Whether the parser stands between two requests and has seen nothing of the next.
    package var isBetweenRequests: Bool {
        if case .head(let section) = state { section.isUntouched } else { false }
    }

    /// The next event in the bytes from `position` on, which moves past what was taken; nil when all bytes are
    /// taken and more are needed. After the last request of a connection, what follows stays where it is.
    package mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> HTTPRequestEvent? {
        let current = state
        // Meanwhile nothing else holds the section, so that it grows in place; an error leaves the parser failed.
        state = .closed
        do throws(HTTPFramingError) {
            switch consume current {
            case .head(var section):
                guard let complete = try section.next(input, from: &position) else {
                    state = .head(section)
                    return nil
                }
                let head = try Self.head(complete)
                keepsAlive = head.keepsAlive
                state = .body(try BodyDecoder(head.body, limits))
                return .head(head)
            case .body(var decoder):
                let event = try decoder.next(input, from: &position)
                switch event {
                case .end(let trailers):
                    state = keepsAlive ? .head(SectionParser(.request, limits)) : .closed
                    return .end(trailers: trailers)
                case .data(let place):
                    state = .body(decoder)
                    return .body(place)
                case nil:
                    state = .body(decoder)
                    return nil
                }
            case .closed:
                return nil
            case .failed(let error):
                throw error
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private static func head(_ section: Section) throws(HTTPFramingError) -> HTTPRequestHead {
        guard case .request(let method, let target, let version) = section.startLine else { throw HTTPFramingError(.malformedStartLine) }
        let framing = section.framing
        if framing.isChunked, version == .http10 { throw HTTPFramingError(.transferEncodingOnVersion10) }
        try RequestTarget.check(target, method: method, version: version, host: framing.host, in: section.bytes.span)
        let request = HTTPRequest(
            method: method, target: section.bytes.span.text(target), version: version,
            fields: HTTPFields(head: section.bytes, entries: section.entries))
        return HTTPRequestHead(
            request: request,
            body: framing.isChunked ? .chunked : framing.contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none,
            keepsAlive: framing.keepsAlive(version),
            expectsContinue: framing.expectsContinue && version == .http11,
            wantsUpgrade: framing.saysUpgrade && version == .http11)
    }
}
