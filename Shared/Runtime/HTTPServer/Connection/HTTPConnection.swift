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
    /// Whether the next head has begun to come.
    var hasPartOfHead = false

    /// What the answer to a request depends on.
    private struct Exchange {
        var keepsAlive: Bool
        var isHead = false
        var isVersion10 = false

        var option: HTTPConnectionOption { !keepsAlive ? .close : isVersion10 ? .keepAlive : .unsaid }
    }

    // The request under way.
    private var exchange = Exchange(keepsAlive: true)
    private(set) var requestNumber: UInt64 = 0
    var isRequestComplete = true
    var continueIsExpected = false
    var hasAnswered = false
    /// Whether no further request will come.
    var isEnded = false
    private var isStreaming = false
    private var unsent: [UInt8] = []
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
        stream.onHangUp = { [unowned self] in clientWentAway() }
        task = stream.loop.spawn { [self] in
            await run()
            stream.close()
            ended()
        }
    }

    /// Serves requests until the connection is to be closed. One function, because each call that may suspend costs time; what
    /// does not wait is kept out of it, because its locals are the memory that an idle connection holds.
    private func run() async {
        do {
            while true {
                guard let request = try nextRequestAtHand() else {
                    if isEnded { return }
                    await stream.waitUntilReadableOrClosed()
                    continue
                }
                let response: HTTPServerResponse
                do {
                    response = try await handler(request)
                } catch {
                    response = try answer(to: error, request)
                }
                if try !sendAtOnce(response) { try await sendRest(response) }
                if !exchange.keepsAlive { break }
            }
            if !isRequestComplete { await linger() }
        } catch {
            await refuse(error)
        }
    }

    /// The next request as far as it was received; nil when it is to be waited for, or `isEnded`.
    @inline(never)
    private func nextRequestAtHand() throws -> HTTPServerRequest? {
        guard let head = try nextHeadAtHand() else { return nil }
        requestNumber &+= 1
        isRequestComplete = false
        continueIsExpected = head.expectsContinue
        exchange = Exchange(keepsAlive: head.keepsAlive, isHead: head.request.method == .head, isVersion10: head.request.version == .http10)
        if head.body == .none { isRequestComplete = parser.endWithoutBody() }
        return HTTPServerRequest(head, number: requestNumber, on: self)
    }

    /// The answer to what a handler threw, unless there is nobody to take it.
    @inline(never)
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

    /// Sends a short response if the client takes it in one piece, as nearly all do; returns whether it is sent.
    /// If it is not, `unsent` holds what is left of it, unless it is of a kind that takes longer.
    @inline(never)
    private func sendAtOnce(_ response: borrowing HTTPServerResponse) throws -> Bool {
        if !clientGoneHandlers.isEmpty { clientGoneHandlers = [] }
        if !isRequestComplete { takeRestAtHand() }
        exchange.keepsAlive = exchange.keepsAlive && isRequestComplete && !server.isDraining
        guard case .bytes(let bytes) = response.body, bytes.count <= 16 << 10 else { return false }
        hasAnswered = true
        unsent = try writeAtOnce { output in
            HTTPWriter.write(
                response.head, body: bytes.isEmpty ? .none : .length(bytes.count), connection: exchange.option,
                dateLine: server.dateLine(), into: &output)
            if !exchange.isHead, !response.head.status.forbidsBody { output.append(contentsOf: bytes) }
        }
        return unsent.isEmpty
    }

    /// Sends the rest of a short response, or any other.
    private func sendRest(_ response: HTTPServerResponse) async throws {
        if !unsent.isEmpty {
            let rest = unsent
            unsent = []
            return try await write(rest[...])
        }
        hasAnswered = true
        let hasBody = !exchange.isHead && !response.status.forbidsBody
        switch response.body {
        case .bytes(let bytes):
            try await writeHead(response, .length(bytes.count))
            if hasBody { try await write(bytes[...]) }
        case .stream(let length, let produce):
            let framing: HTTPBodyFraming = length.map { .length($0) } ?? (exchange.isVersion10 ? .untilClose : .chunked)
            if framing == .untilClose { exchange.keepsAlive = false }
            try await writeHead(response, framing)
            if hasBody { try await produceBody(produce, framing) }
        case .upgrade(let body):
            exchange.keepsAlive = false
            try await upgrade(response, body)
        }
    }

    private func writeHead(_ response: HTTPServerResponse, _ framing: HTTPBodyFraming) async throws {
        try await write { output in
            HTTPWriter.write(response.head, body: framing, connection: exchange.option, dateLine: server.dateLine(), into: &output)
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
        try await write { HTTPWriter.write(response.head, body: .none, connection: .upgrade, into: &$0) }
        let received = Array(input[position...])
        releaseInput()
        try await body(HTTPUpgradedConnection(stream: stream, received: received))
    }

    // MARK: Ending

    /// Answers what is malformed, and gives the connection up. For any other error there is nobody to tell: the client is gone.
    private func refuse(_ error: any Error) async {
        guard let error = error as? HTTPFramingError, !hasAnswered else { return }
        let response = server.configuration.makeRefusal(error.status, error.description)
        exchange = Exchange(keepsAlive: false)
        do {
            if try !sendAtOnce(response) { try await sendRest(response) }
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
