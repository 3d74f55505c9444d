package import HTTPMessage

/// What a response parser found.
package enum HTTPResponseEvent {
    /// An interim response (1xx); the final one follows. `101` is none: it is a head, and the parser is done.
    case informational(HTTPResponse)
    /// The head of the response.
    case head(HTTPResponseHead)
    /// Bytes of its body, at this place of the input.
    case body(Range<Int>)
    /// The response is over.
    case end(trailers: HTTPFields)
}

/// The head of a response and what it means for the connection.
package struct HTTPResponseHead: Sendable {
    /// Status and fields.
    package var response: HTTPResponse
    /// How the body ends.
    package var body: HTTPBodyFraming
    /// Whether another request may be sent on the connection afterwards.
    package var keepsAlive: Bool
}

/// Reads responses off a connection (RFC 9112), as strictly as requests are read. The caller says which request
/// each response answers, for that decides whether it has a body.
package struct HTTPResponseParser {
    private enum Phase {
        case idle
        case head
        case body
        case closed
    }

    private let limits: HTTPFramingLimits
    private var phase = Phase.idle
    private var method = HTTPMethod.get
    private var section: SectionParser
    private var body = BodyDecoder.length(remaining: 0)
    private var keepsAlive = true
    private var failure: HTTPFramingError?

    /// A parser at the start of a connection.
    package init(limits: HTTPFramingLimits = HTTPFramingLimits()) {
        self.limits = limits
        section = SectionParser(.response, limits)
    }

    /// Says that the next response answers a request of this method. Without effect unless the last one is over.
    package mutating func expectResponse(to method: HTTPMethod) {
        guard phase == .idle else { return }
        phase = .head
        self.method = method
    }

    /// Whether no response is expected and the connection may serve another request.
    package var isIdle: Bool { phase == .idle && failure == nil }

    /// The next event in the bytes from `position` on, which moves past what was taken; nil when more are needed.
    /// Bytes that come while no response is expected are left where they are: the connection is no good any more.
    package mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> HTTPResponseEvent? {
        if let failure { throw failure }
        do throws(HTTPFramingError) {
            switch phase {
            case .head:
                guard let bytes = try section.next(input, from: &position) else { return nil }
                return try takeHead(bytes)
            case .body:
                switch try body.next(input, from: &position) {
                case .data(let place): return .body(place)
                case .end(let trailers):
                    phase = keepsAlive ? .idle : .closed
                    return .end(trailers: trailers)
                case nil: return nil
                }
            case .idle, .closed:
                return nil
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Says that the connection ended. Only a body that lasts until the end is over then; true means that the
    /// response is complete, false that none was under way.
    package mutating func finish() throws(HTTPFramingError) -> Bool {
        if let failure { throw failure }
        defer { phase = .closed }
        switch phase {
        case .idle, .closed: return false
        case .body:
            if case .untilClose = body { return true }
            throw HTTPFramingError(.unexpectedEnd)
        case .head: throw HTTPFramingError(.unexpectedEnd)
        }
    }

    private mutating func takeHead(_ bytes: consuming [UInt8]) throws(HTTPFramingError) -> HTTPResponseEvent {
        guard case .status(let status, let version) = section.startLine else { throw HTTPFramingError(.malformedStartLine) }
        let framing = section.framing
        if framing.isChunked, version == .http10 { throw HTTPFramingError(.transferEncodingOnVersion10) }
        let response = HTTPResponse(status: status, fields: section.takeFields(bytes))
        if status.isInformational, status != .switchingProtocols { return .informational(response) }
        let end = Self.body(status, method, framing)
        body = try BodyDecoder(end, limits)
        keepsAlive = framing.keepsAlive(version) && end != .untilClose && status != .switchingProtocols
        phase = .body
        return .head(HTTPResponseHead(response: response, body: end, keepsAlive: keepsAlive))
    }

    private static func body(_ status: HTTPStatus, _ method: HTTPMethod, _ framing: FramingFields) -> HTTPBodyFraming {
        if method == .head || status.forbidsBody { return .none }
        if framing.isChunked { return .chunked }
        if let length = framing.contentLength { return length == 0 ? .none : .length(length) }
        return .untilClose
    }
}
