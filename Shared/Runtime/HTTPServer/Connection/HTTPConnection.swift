import EventLoop
import HTTPFraming
import HTTPMessage

/// One connection: reads a request, lets the handler answer it, sends the answer, and begins anew.
final class HTTPConnection {
    let stream: SocketStream
    let server: HTTPServer
    private let handler: HTTPHandler
    private var task: LoopTask<Void>?

    /// What the connection waits for and until when; the server looks after it.
    var deadline = ConnectionDeadline()

    // What was received: `input` holds bytes not taken yet, nothing while the connection is idle.
    var parser: HTTPRequestParser
    var input: [UInt8] = []
    var position = 0

    // The request under way.
    private(set) var requestNumber: UInt64 = 0
    var isRequestComplete = true
    var continueIsExpected = false
    var hasAnswered = false
    private var isStreaming = false
    private(set) var isClientGone = false
    private var clientGoneHandlers: [() -> Void] = []

    init(_ stream: SocketStream, server: HTTPServer, _ handler: @escaping HTTPHandler) {
        self.stream = stream
        self.server = server
        self.handler = handler
        parser = HTTPRequestParser(limits: server.configuration.framing)
    }

    /// Starts the connection's task; `ended` is called when it is over.
    func start(ended: @escaping () -> Void) {
        stream.onHangUp = { [weak self] in self?.clientWentAway() }
        task = stream.loop.spawn { [self] in
            await run()
            stream.close()
            ended()
        }
    }

    private func run() async {
        do {
            while let head = try await nextHead() {
                guard try await serve(head) else { return }
            }
        } catch let error as HTTPFramingError {
            await refuse(error)
        } catch {
            // The client is gone or was given up: there is nobody to tell.
        }
    }

    /// Answers one request; returns whether another may follow.
    private func serve(_ head: HTTPRequestHead) async throws -> Bool {
        requestNumber &+= 1
        isRequestComplete = false
        continueIsExpected = head.expectsContinue
        if head.body == .none { takeRestAtHand() }
        let request = HTTPServerRequest(
            head.request, body: HTTPRequestBody(self, request: requestNumber, framing: head.body), connection: self)
        let response: HTTPServerResponse
        do {
            response = try await handler(request)
        } catch {
            response = try answer(to: error, request)
        }
        clientGoneHandlers = []
        if case .upgrade(let body) = response.body {
            try await upgrade(response, body)
            return false
        }
        if !isRequestComplete { takeRestAtHand() }
        let keepsAlive = head.keepsAlive && isRequestComplete && !server.isDraining
        let mayGoOn = try await send(response, to: head.request, keepsAlive: keepsAlive)
        if !isRequestComplete { await linger() }
        return mayGoOn
    }

    /// The answer to what a handler threw, unless there is nobody to take it.
    private func answer(to error: any Error, _ request: HTTPServerRequest) throws -> HTTPServerResponse {
        if stream.isClosed { throw error }
        switch error {
        case let error as HTTPFramingError:
            return server.configuration.makeRefusal(error.status, error.description)
        case HTTPServerError.clientGone:
            throw error
        default:
            server.onFailure?(error, request)
            return server.configuration.makeRefusal(.internalServerError, "internal error")
        }
    }

    // MARK: Sending

    /// Sends a response; returns whether another request may follow.
    private func send(_ response: HTTPServerResponse, to request: HTTPRequest, keepsAlive: Bool) async throws -> Bool {
        hasAnswered = true
        let hasBody = request.method != .head && !response.status.forbidsBody
        let option: HTTPConnectionOption = !keepsAlive ? .close : request.version == .http10 ? .keepAlive : .unsaid
        let date = server.dateLine()
        switch response.body {
        case .bytes(let bytes):
            // A short body leaves in one write with its head; a long one is not worth copying.
            let joins = hasBody && bytes.count <= 16 << 10
            try await write { output in
                HTTPWriter.write(
                    response.head, body: bytes.isEmpty ? .none : .length(bytes.count), connection: option, dateLine: date, into: &output)
                if joins { output.append(contentsOf: bytes) }
            }
            if hasBody, !joins { try await write(bytes[...]) }
            return keepsAlive
        case .stream(let length, let produce):
            let framing: HTTPBodyFraming = length.map { .length($0) } ?? (request.version == .http10 ? .untilClose : .chunked)
            let lastsUntilClose = framing == .untilClose
            try await write { output in
                HTTPWriter.write(response.head, body: framing, connection: lastsUntilClose ? .close : option, dateLine: date, into: &output)
            }
            if hasBody { try await produceBody(produce, framing) }
            return keepsAlive && !lastsUntilClose
        case .upgrade:
            return false
        }
    }

    private func produceBody(_ produce: (HTTPBodyWriter) async throws -> Void, _ framing: HTTPBodyFraming) async throws {
        if isClientGone { throw HTTPServerError.clientGone }
        isStreaming = true
        defer { isStreaming = false }
        let writer = HTTPBodyWriter(self, framing: framing)
        try await produce(writer)
        try await writer.finish()
    }

    private func upgrade(_ response: HTTPServerResponse, _ body: (HTTPUpgradedConnection) async throws -> Void) async throws {
        hasAnswered = true
        try await write { HTTPWriter.write(response.head, body: .none, connection: .upgrade, into: &$0) }
        let received = Array(input[position...])
        releaseInput()
        try await body(HTTPUpgradedConnection(stream: stream, received: received))
    }

    // MARK: Ending

    /// Answers what is malformed, and gives the connection up.
    private func refuse(_ error: HTTPFramingError) async {
        guard !hasAnswered else { return }
        let response = server.configuration.makeRefusal(error.status, error.description)
        do {
            _ = try await send(response, to: HTTPRequest(method: .get, target: "/"), keepsAlive: false)
            await linger()
        } catch {
            // Gone before it could be told.
        }
    }

    /// Answers 503 to a connection above the limits, without a task and without waiting.
    func turnAway() { refuseAtOnce(.serviceUnavailable, "too many connections") }

    private func refuseAtOnce(_ status: HTTPStatus, _ reason: String) {
        let response = server.configuration.makeRefusal(status, reason)
        if case .bytes(let bytes) = response.body {
            var output: [UInt8] = []
            HTTPWriter.write(response.head, body: .length(bytes.count), connection: .close, dateLine: server.dateLine(), into: &output)
            output.append(contentsOf: bytes)
            // Should the client not take it at once, or be gone, it goes without.
            _ = try? output.withUnsafeBytes { try stream.writeIfReady($0) }
        }
        stream.close()
    }

    /// Closes a connection that waits for a request.
    func closeIfIdle() {
        if deadline.wait == .request { stream.close() }
    }

    /// Closes the connection whatever it is doing.
    func abort() {
        stream.close()
        task?.cancel()
    }

    /// Ends a wait that has lasted too long: whoever waits throws.
    func expire() {
        let wait = deadline.wait
        deadline.clear()
        if wait == .head || wait == .body, !hasAnswered {
            hasAnswered = true
            refuseAtOnce(.requestTimeout, "the request took too long")
        } else {
            stream.close()
        }
    }

    // MARK: The client's going away

    /// Calls `body` once when the client goes away before the request is answered.
    func whenClientGone(_ body: @escaping () -> Void) {
        if isClientGone { body() } else { clientGoneHandlers.append(body) }
    }

    private func clientWentAway() {
        isClientGone = true
        let handlers = clientGoneHandlers
        clientGoneHandlers = []
        for handler in handlers { handler() }
        // Whatever a stream waits for, nobody would see it. A request that is still being handled is left alone:
        // a client may close its sending side and wait for the answer.
        if isStreaming { task?.cancel() }
    }
}
