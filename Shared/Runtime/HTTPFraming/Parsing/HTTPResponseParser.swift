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
    private enum State {
        case idle
        case head(SectionParser, HTTPMethod)
        case body(BodyDecoder)
        case closed
        case failed(HTTPFramingError)
    }

    private let limits: HTTPFramingLimits
    private var state = State.idle
    private var keepsAlive = true

    /// A parser at the start of a connection.
    package init(limits: HTTPFramingLimits = HTTPFramingLimits()) {
        self.limits = limits
    }

    /// Says that the next response answers a request of this method. Without effect unless the last one is over.
    package mutating func expectResponse(to method: HTTPMethod) {
        if case .idle = state { state = .head(SectionParser(.response, limits), method) }
    }

    /// Whether no response is expected and the connection may serve another request.
    package var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// The next event in the bytes from `position` on, which moves past what was taken; nil when more are needed.
    /// Bytes that come while no response is expected are left where they are: the connection is no good any more.
    package mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> HTTPResponseEvent? {
        let current = state
        state = .closed
        do throws(HTTPFramingError) {
            switch consume current {
            case .idle:
                state = .idle
                return nil
            case .closed:
                return nil
            case .head(var section, let method):
                guard let complete = try section.next(input, from: &position) else {
                    state = .head(section, method)
                    return nil
                }
                return try take(complete, method)
            case .body(var decoder):
                let event = try decoder.next(input, from: &position)
                switch event {
                case .end(let trailers):
                    state = keepsAlive ? .idle : .closed
                    return .end(trailers: trailers)
                case .data(let place):
                    state = .body(decoder)
                    return .body(place)
                case nil:
                    state = .body(decoder)
                    return nil
                }
            case .failed(let error):
                throw error
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Says that the connection ended. Only a body that lasts until the end is over then; true means that the
    /// response is complete, false that none was under way.
    package mutating func finish() throws(HTTPFramingError) -> Bool {
        defer { state = .closed }
        switch state {
        case .idle, .closed: return false
        case .body(.untilClose): return true
        case .failed(let error): throw error
        case .head, .body: throw HTTPFramingError(.unexpectedEnd)
        }
    }

    private mutating func take(_ section: Section, _ method: HTTPMethod) throws(HTTPFramingError) -> HTTPResponseEvent {
        guard case .status(let status, let version) = section.startLine else { throw HTTPFramingError(.malformedStartLine) }
        let framing = section.framing
        if framing.isChunked, version == .http10 { throw HTTPFramingError(.transferEncodingOnVersion10) }
        let response = HTTPResponse(status: status, fields: HTTPFields(head: section.bytes, entries: section.entries))
        if status.isInformational, status != .switchingProtocols {
            state = .head(SectionParser(.response, limits), method)
            return .informational(response)
        }
        let body = Self.body(status, method, framing)
        keepsAlive = framing.keepsAlive(version) && body != .untilClose && status != .switchingProtocols
        state = .body(try BodyDecoder(body, limits))
        return .head(HTTPResponseHead(response: response, body: body, keepsAlive: keepsAlive))
    }

    private static func body(_ status: HTTPStatus, _ method: HTTPMethod, _ framing: FramingFields) -> HTTPBodyFraming {
        if method == .head || status.forbidsBody { return .none }
        if framing.isChunked { return .chunked }
        if let length = framing.contentLength { return length == 0 ? .none : .length(length) }
        return .untilClose
    }
}
