internal import CCurl
internal import EventLoop
internal import HTTPClient
internal import HTTPFraming
internal import HTTPMessage

/// One call through curl. What the caller has not taken yet is bounded: beyond that curl is paused, and with it the peer.
final class CurlTransfer {
    let handle: CurlHandle
    private let loop: EventLoop
    private let multi: CurlMulti
    private let limits: HTTPFramingLimits
    private let timeouts: HTTPClientTimeouts
    private let method: HTTPMethod
    private let deadline: DeadlineTimer
    private var callDeadline: Instant?
    private var phase = HTTPClientError.Phase.head

    private var head = ResponseHeadBuilder()
    private var received: [UInt8] = []
    private var receivedCount = 0
    private var result: Result<Void, any Error>?
    private var isPaused = false
    private var reader: Resumption<Void>?

    private var upload: BodyStream?
    private var uploadTask: LoopTask<Void>?
    private var piece: ArraySlice<UInt8> = []
    private var uploadHasEnded = false

    /// Bytes that may wait for the caller before curl is paused.
    private static let receivedLimit = 64 << 10

    init(
        _ request: HTTPClientRequest, _ body: OutgoingBody, handle: CurlHandle, limits: HTTPFramingLimits, on loop: EventLoop,
        multi: CurlMulti
    ) throws {
        self.handle = handle
        self.loop = loop
        self.multi = multi
        self.limits = limits
        timeouts = request.timeouts
        method = request.head.method
        deadline = DeadlineTimer(on: loop)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try unsafe handle.set(CURLOPT_HEADERDATA, context)
        try unsafe handle.set(CURLOPT_HEADERFUNCTION) { unsafe CurlTransfer.called($3, $0, $1, $2) { unsafe $0.takeHeadLine($1) } }
        try unsafe handle.set(CURLOPT_WRITEDATA, context)
        try unsafe handle.set(CURLOPT_WRITEFUNCTION) { unsafe CurlTransfer.called($3, $0, $1, $2) { unsafe $0.takeBody($1) } }
        if case .stream(let stream) = body {
            upload = stream
            try unsafe handle.set(CURLOPT_READDATA, context)
            try unsafe handle.set(CURLOPT_READFUNCTION) { unsafe CurlTransfer.called($3, $0, $1, $2) { unsafe $0.giveBody($1) } }
        }
        deadline.onExpiry = { [weak self] in self?.expire() }
    }

    /// Called by curl, on the loop's thread, beneath `CurlMulti.enter`. The transfer is alive: the multi handle keeps it.
    private static func called(
        _ context: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
        _ body: (CurlTransfer, UnsafeMutableRawBufferPointer) -> Int
    ) -> Int {
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe body(transfer, UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
    }

    // MARK: The caller's side

    /// Starts, and returns the response when its head is there.
    func start(until callDeadline: Instant?) async throws -> HTTPClientResponse {
        self.callDeadline = callDeadline
        limit(.head, to: timeouts.connection + timeouts.head)
        try multi.add(self)
        if let upload { uploadTask = loop.spawn { [self] in await feed(upload) } }
        do {
            while head.response == nil {
                if let result { try result.get() }
                try await wait { head.response == nil && result == nil }
            }
        } catch {
            fail(error)
            throw error
        }
        guard let response = head.response else { throw HTTPClientError.closedBeforeResponse }
        deadline.set(callDeadline)
        let hasNoBody = method == .head || response.status.forbidsBody
        let length = hasNoBody ? 0 : response.fields[.contentLength].flatMap { Int($0) }
        return HTTPClientResponse(head: response, body: HTTPResponseBody(length: length, first: nil, source: self))
    }

    private func wait(while condition: () -> Bool) async throws {
        try await loop.suspend { resumption in
            if condition() { reader = resumption } else { resumption.resume(returning: ()) }
        }
    }

    private func wakeReader() {
        let woken = reader
        reader = nil
        woken?.resume(returning: ())
    }

    private func limit(_ phase: HTTPClientError.Phase, to duration: Duration) {
        self.phase = phase
        deadline.set(HTTPClientTimeouts.due(duration, before: callDeadline, now: loop.now))
    }

    private func expire() {
        let isCall = callDeadline.map { $0 <= loop.now } ?? false
        fail(HTTPClientError.timedOut(isCall ? .call : phase))
    }

    // MARK: The end

    /// Ends the transfer; who waits for it gets the error.
    func fail(_ error: any Error) {
        finish(.failure(error))
        multi.remove(self)
    }

    /// curl says that the transfer is over.
    func complete(_ code: CURLcode) {
        finish(code == CURLE_OK ? .success(()) : .failure(handle.error(code, hasHead: head.response != nil)))
    }

    private func finish(_ result: Result<Void, any Error>) {
        guard self.result == nil else { return }
        self.result = result
        deadline.set(nil)
        uploadTask?.cancel()
        uploadTask = nil
        wakeReader()
    }

    // MARK: curl's side

    private func takeHeadLine(_ line: UnsafeMutableRawBufferPointer) -> Int {
        do {
            try unsafe head.take(UnsafeRawBufferPointer(line), limits)
        } catch {
            finish(.failure(HTTPClientError.malformedResponse(error)))
            return 0
        }
        if head.response != nil { wakeReader() }
        return line.count
    }

    private func takeBody(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        guard received.isEmpty || received.count + bytes.count <= Self.receivedLimit else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        guard bytes.count <= limits.bodyBytes - receivedCount else {
            finish(.failure(HTTPClientError.bodyTooLarge(limit: limits.bodyBytes)))
            return 0
        }
        receivedCount += bytes.count
        unsafe received.append(contentsOf: bytes)
        wakeReader()
        return bytes.count
    }

    private func giveBody(_ room: UnsafeMutableRawBufferPointer) -> Int {
        guard !piece.isEmpty else { return uploadHasEnded ? 0 : Int(CURL_READFUNC_PAUSE) }
        let count = min(room.count, piece.count)
        unsafe room.copyBytes(from: piece.prefix(count))
        piece = piece.dropFirst(count)
        // As long as the body moves, the response is not late.
        if head.response == nil { limit(.head, to: timeouts.head) }
        if piece.isEmpty { pieceTaken?.resume(returning: ()) }
        return count
    }

    private var pieceTaken: Resumption<Void>?

    private func feed(_ body: BodyStream) async {
        do {
            while let next = try await body.next() {
                piece = next
                resume()
                try await loop.suspend { resumption in
                    if piece.isEmpty || result != nil { resumption.resume(returning: ()) } else { pieceTaken = resumption }
                }
                if result != nil { return }
            }
            uploadHasEnded = true
            resume()
        } catch {
            fail(error is CancellationError ? HTTPClientError.requestBodyFailed("cancelled") : error)
        }
    }

    private func resume() {
        if result == nil { multi.enter { handle.resume() } }
    }
}

extension CurlTransfer: HTTPResponseSource {
    func nextBytes() async throws -> ArraySlice<UInt8>? {
        do {
            while received.isEmpty {
                if let result {
                    try result.get()
                    return nil
                }
                limit(.body, to: timeouts.body)
                try await wait { received.isEmpty && result == nil }
            }
        } catch {
            fail(error)
            throw error
        }
        if result == nil { deadline.set(callDeadline) }
        let bytes = received
        received = []
        if isPaused {
            isPaused = false
            resume()
        }
        return bytes[...]
    }

    func abandon() { fail(HTTPClientError.shutDown) }
}
