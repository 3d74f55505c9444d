internal import EventLoop
internal import HTTPFraming
internal import HTTPMessage

/// One keep-alive connection to a server. It serves one call at a time and belongs to a pool.
final class ClientConnection {
    let loop: EventLoop
    let stream: SocketStream
    private let pool: ConnectionPool
    private let deadline: DeadlineTimer
    /// From then on it serves no other call.
    private let end: Instant
    // Unchecked: the parser, the writer and the system calls, to which they are lent, call nothing back.
    @exclusivity(unchecked) private var parser: HTTPResponseParser
    /// What has been read; the parser is done with all before `position`.
    @exclusivity(unchecked) private var input: [UInt8] = []
    @exclusivity(unchecked) private var position = 0
    @exclusivity(unchecked) private var output: [UInt8] = []
    private var upload: LoopTask<Void>?
    private var uploadIsDone = true
    private var isIdle = true
    private var peerIsGone = false
    private var callDeadline: Instant?
    private var bodyTimeout = Duration.zero
    /// What the deadline that is running now stands for.
    private var phase = HTTPClientError.Phase.connection
    /// Why the connection was closed while a call used it.
    private var failure: (any Error)?
    private(set) var isClosed = false
    /// Whether a call has been served: the server may be about to close it.
    private(set) var isReused = false
    /// Whether any byte of the current response has come.
    private(set) var hasResponse = false

    /// Buffers beyond this size are not kept while the connection is idle.
    private static let keptCapacity = 16 << 10
    /// Bodies up to this size go out in one write with their head.
    private static let joinedBodyLimit = 64 << 10

    init(stream: SocketStream, pool: ConnectionPool) {
        loop = stream.loop
        self.stream = stream
        self.pool = pool
        parser = HTTPResponseParser(limits: pool.limits.framing)
        deadline = DeadlineTimer(on: stream.loop)
        end = stream.loop.now + pool.limits.age
        // Unowned, for a weak reference would make every other one slower; both are this connection's own and end with it.
        deadline.onExpiry = { [unowned self] in expire() }
        stream.onHangUp = { [unowned self] in hangUp() }
    }

    // MARK: Life

    /// Closes the connection; a call that uses it throws `error`.
    func close(_ error: any Error = HTTPClientError.shutDown) {
        guard !isClosed else { return }
        isClosed = true
        failure = error
        deadline.set(nil)
        upload?.cancel()
        upload = nil
        stream.close()
        pool.didClose(self)
    }

    /// Whether another call may use it: it is open and not too old, and nothing has come that nobody asked for.
    func isUsable() -> Bool {
        guard !isClosed, !peerIsGone, loop.now < end else { return false }
        do {
            return try stream.readIfReady(limit: 1) == nil
        } catch {
            return false
        }
    }

    private func hangUp() {
        peerIsGone = true
        if isIdle { close() }
    }

    private func expire() {
        if isIdle { return close() }
        let isCall = callDeadline.map { $0 <= loop.now } ?? false
        close(HTTPClientError.timedOut(isCall ? .call : phase))
    }

    private func limit(_ phase: HTTPClientError.Phase, to duration: Duration) {
        self.phase = phase
        deadline.set(HTTPClientTimeouts.due(duration, before: callDeadline, now: loop.now))
    }

    /// Makes the connection ready for the next call, or closes it when it is not fit for one.
    private func finishCall() {
        deadline.set(nil)
        callDeadline = nil
        guard !isClosed, uploadIsDone, parser.isIdle, position == input.count, !peerIsGone else { return close() }
        upload = nil
        isIdle = true
        isReused = true
        if output.capacity > Self.keptCapacity { output = [] }
        if input.capacity > Self.keptCapacity {
            input = []
            position = 0
        }
        pool.release(self)
    }

    /// How long it may stay idle.
    func limitIdleTime(to duration: Duration) { deadline.set(loop.now + duration) }

    // MARK: A call

    /// Sends the request and returns when the head of the response is there. On an error the connection is closed.
    func exchange(_ request: HTTPClientRequest, _ body: OutgoingBody, _ origin: HTTPOrigin, until callDeadline: Instant?) async throws
        -> HTTPClientResponse
    {
        isIdle = false
        hasResponse = false
        self.callDeadline = callDeadline
        bodyTimeout = request.timeouts.body
        do {
            limit(.head, to: request.timeouts.head)
            try await send(request, body, origin)
            parser.expectResponse(to: request.head.method)
            while true {
                if let response = try responseAtHand() { return response }
                try await stream.waitUntilReadable()
            }
        } catch {
            let reported = report(error)
            close(reported)
            throw reported
        }
    }

    /// What the caller is told: why the connection was closed rather than that it was.
    private func report(_ error: any Error) -> any Error {
        if let failure { return failure }
        switch error {
        case is SocketError: return hasResponse ? HTTPClientError.closedWithinResponse : HTTPClientError.closedBeforeResponse
        case let error as HTTPFramingError:
            return error.reason == .unexpectedEnd ? HTTPClientError.closedWithinResponse : HTTPClientError.malformedResponse(error)
        default: return error
        }
    }

    private func send(_ request: HTTPClientRequest, _ body: OutgoingBody, _ origin: HTTPOrigin) async throws {
        output.removeAll(keepingCapacity: true)
        HTTPWriter.write(request.head, host: origin.authority, body: body.framing, into: &output)
        var rest: BodyStream?
        switch body {
        case .none: break
        case .bytes(let bytes) where bytes.count <= Self.joinedBodyLimit: output.append(contentsOf: bytes)
        case .bytes(let bytes): rest = BodyStream(bytes, pieceLength: Self.joinedBodyLimit)
        case .stream(let stream): rest = stream
        }
        let written = try output.withUnsafeBytes { try stream.writeIfReady($0) }
        if written < output.count { try await stream.write(output[written...]) }
        guard let rest else { return }
        uploadIsDone = false
        upload = loop.spawn { [self] in await send(rest, headTimeout: request.timeouts.head) }
    }

    /// Sends a body while the caller waits for the response, which may come before its end.
    private func send(_ body: BodyStream, headTimeout: Duration) async {
        do {
            let isChunked = body.length == nil
            var chunk: [UInt8] = []
            while let piece = try await body.next() {
                if isChunked {
                    chunk.removeAll(keepingCapacity: true)
                    HTTPWriter.writeChunk(piece, into: &chunk)
                    try await stream.write(chunk)
                } else {
                    try await stream.write(piece)
                }
                // As long as the body moves, the response is not late.
                if !hasResponse { limit(.head, to: headTimeout) }
            }
            if isChunked {
                chunk.removeAll(keepingCapacity: true)
                HTTPWriter.writeLastChunk(into: &chunk)
                try await stream.write(chunk)
            }
            uploadIsDone = true
        } catch is SocketError {
            // The server takes no more; what it has answered, if anything, is still to be read.
        } catch {
            close(error is CancellationError ? HTTPClientError.requestBodyFailed("cancelled") : error)
        }
    }

    // MARK: Reading

    /// The next event in what has been read already.
    private func nextEvent() throws(HTTPFramingError) -> HTTPResponseEvent? {
        let bytes = input
        return try parser.next(bytes.span, from: &position)
    }

    /// Reads more; false at the end of the stream.
    private func readMore() async throws -> Bool {
        while true {
            if let isMore = try readMoreAtHand() { return isMore }
            try await stream.waitUntilReadable()
        }
    }

    /// Reads what is there; nil when that is nothing yet, false at the end of the stream.
    private func readMoreAtHand() throws -> Bool? {
        if position == input.count {
            input.removeAll(keepingCapacity: true)
            position = 0
        }
        guard let count = try stream.readIfReady() else { return nil }
        guard count > 0 else { return false }
        input.append(contentsOf: loop.scratch[..<count])
        hasResponse = true
        return true
    }

    /// The response, if its head has come; nil when that is to be waited for.
    private func responseAtHand() throws -> HTTPClientResponse? {
        while true {
            switch try nextEvent() {
            case .head(let head):
                guard head.response.status != .switchingProtocols else {
                    throw HTTPClientError.malformedResponse(HTTPFramingError(.malformedStartLine))
                }
                return try makeResponse(head)
            case .informational: continue
            case .body, .end: throw HTTPClientError.malformedResponse(HTTPFramingError(.malformedStartLine))
            case nil:
                guard let isMore = try readMoreAtHand() else { return nil }
                if !isMore { throw hasResponse ? HTTPClientError.closedWithinResponse : HTTPClientError.closedBeforeResponse }
            }
        }
    }

    /// A body that came whole with its head frees the connection before the caller has looked at it.
    private func makeResponse(_ head: HTTPResponseHead) throws -> HTTPClientResponse {
        let length: Int? =
            switch head.body {
            case .none: 0
            case .length(let length): length
            case .chunked, .untilClose: nil
            }
        var first: ArraySlice<UInt8>?
        var event = try nextEvent()
        if case .body(let place) = event {
            first = input[place]
            event = try nextEvent()
            // A second piece would have to be kept beside the first: put it back by not taking it.
            if case .body(let second) = event {
                pending = input[second]
                event = nil
            }
        }
        if case .end = event {
            finishCall()
            return HTTPClientResponse(head: head.response, body: HTTPResponseBody(length: length, first: first, source: nil))
        }
        phase = .body
        deadline.set(callDeadline)
        return HTTPClientResponse(head: head.response, body: HTTPResponseBody(length: length, first: first, source: self))
    }

    /// A piece that was parsed but not asked for yet.
    private var pending: ArraySlice<UInt8>?
}

extension ClientConnection: HTTPResponseSource {
    func nextBytes() async throws -> ArraySlice<UInt8>? {
        if let bytes = pending {
            pending = nil
            return bytes
        }
        do {
            if let failure { throw failure }
            return try await readBody()
        } catch {
            let reported = report(error)
            close(reported)
            throw reported
        }
    }

    private func readBody() async throws -> ArraySlice<UInt8>? {
        while true {
            switch try nextEvent() {
            case .body(let place): return input[place]
            case .end:
                finishCall()
                return nil
            case .head, .informational: throw HTTPClientError.malformedResponse(HTTPFramingError(.malformedStartLine))
            case nil:
                limit(.body, to: bodyTimeout)
                guard try await readMore() else {
                    guard try parser.finish() else { throw HTTPClientError.closedWithinResponse }
                    close()
                    return nil
                }
                deadline.set(callDeadline)
            }
        }
    }

    func abandon() { close() }
}
