import EventLoop
import HTTPFraming
import HTTPMessage

/// One connection: reads a request, lets the handler answer it, sends the answer, and begins anew.
///
/// It has a task only while a request is being handled, and between requests that follow each other closely: a task keeps the memory
/// of the deepest call that ran in it, several kilobytes, but to make another costs more than to suspend one and to wake it up.
final class HTTPConnection {
    let stream: SocketStream
    let server: HTTPServer
    private let handler: HTTPHandler
    /// Handles requests; nil while the connection is idle.
    private var task: Task<Void, Never>?
    /// Where the task waits for the next request.
    private var waitingTask: UnsafeContinuation<Void, Never>?
    /// A request that came while no task was handling one, or why there can be none.
    private var arrived: Result<HTTPServerRequest, any Error>?
    /// Whether the last request came soon after the one before, so that the task may wait for another.
    private var isBusy = false
    private var ended: (() -> Void)?

    /// How long a task waits for the next request.
    private static let longestPause = Duration.seconds(1)

    /// What the connection waits for and since when; the server looks after it.
    var deadline = ConnectionDeadline()

    // What was received: `input` holds bytes not taken yet, nothing while the connection is idle. Unchecked: the parser, to which they are
    // lent, calls nothing back, and to check each access would take a tenth of what a request costs.
    @exclusivity(unchecked) var parser: HTTPRequestParser
    @exclusivity(unchecked) var input: [UInt8] = []
    @exclusivity(unchecked) var position = 0
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
    // Unchecked: they are called when they have been taken out.
    @exclusivity(unchecked) private var clientGoneHandlers: [() -> Void] = []

    init(_ stream: SocketStream, server: HTTPServer, _ handler: @escaping HTTPHandler) {
        self.stream = stream
        self.server = server
        self.handler = handler
        parser = HTTPRequestParser(limits: server.configuration.framing)
    }

    /// Serves the connection from now on; `ended` is called when it is over.
    func start(ended: @escaping () -> Void) {
        self.ended = ended
        stream.onHangUp = { [unowned self] in clientWentAway() }
        stream.onReadable = { [unowned self] in readRequest() }
        readRequest()
    }

    /// Reads what has come while no request is being handled. A request goes to the task that waits for it, or to a new one.
    private func readRequest() {
        guard task == nil || waitingTask != nil, !stream.isClosed else { return }
        let idleSince = deadline.since
        do {
            guard let request = try nextRequestAtHand() else {
                if isEnded { end() }
                return
            }
            isBusy = requestNumber > 1 && idleSince + Self.longestPause > stream.loop.now
            arrived = .success(request)
        } catch {
            arrived = .failure(error)
        }
        if waitingTask == nil { task = stream.loop.spawnUnobserved { [self] in await serve() } } else { resumeTask() }
    }

    /// Handles what has arrived, and requests until none is at hand, or the connection is to be closed.
    ///
    /// Named, though it is nobody's: the compiler sees then that a continuation is awaited where the task runs already, and asks for no
    /// executor before.
    private func serve(isolation: isolated (any Actor)? = #isolation) async {
        do {
            while true {
                var next = try takeArrived()
                if next == nil { next = try nextRequestAtHand() }
                if next == nil, isBusy, !isEnded {
                    // Unsafe: a checked one takes two allocations, and `resumeTask` lets it go when it resumes it.
                    await withUnsafeContinuation(isolation: isolation) { waitingTask = $0 }
                    next = try takeArrived()
                }
                guard let request = next else { break }
                let response: HTTPServerResponse
                do {
                    response = try await handler(request)
                } catch {
                    response = try answer(to: error, request)
                }
                if try !sendAtOnce(response) { try await sendRest(response) }
                if !clientGoneHandlers.isEmpty { clientGoneHandlers = [] }
                guard exchange.keepsAlive else {
                    if !isRequestComplete { await linger() }
                    return end()
                }
            }
            if isEnded { end() } else { idle() }
        } catch {
            await refuse(error)
            end()
        }
    }

    private func takeArrived() throws -> HTTPServerRequest? {
        guard let result = arrived else { return nil }
        arrived = nil
        return try result.get()
    }

    private func resumeTask() {
        let waiting = waitingTask
        waitingTask = nil
        waiting?.resume()
    }

    /// Ends the task when the next request has not come as soon as it was expected.
    func endIdleTask() {
        if waitingTask != nil, deadline.since + Self.longestPause < stream.loop.now { resumeTask() }
    }

    /// Lets the task end; the next request gets another.
    private func idle() {
        task = nil
        // What came while the task was about to end was reported, and not read.
        if stream.mayRead { readRequest() }
    }

    /// Closes the connection; nothing happens on it any more.
    private func end() {
        isEnded = true
        if waitingTask != nil { return resumeTask() }
        task = nil
        stream.close()
        clientWentAway()
        let ended = ended
        self.ended = nil
        ended?()
    }

    /// The next request as far as it was received; nil when it is to be waited for, or `isEnded`.
    private func nextRequestAtHand() throws -> HTTPServerRequest? {
        var received: HTTPRequestHead?
        repeat { received = try nextHeadAtHand() } while received == nil && !isEnded && stream.mayRead
        guard let head = received else { return nil }
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
    private func sendAtOnce(_ response: HTTPServerResponse) throws -> Bool {
        if !isRequestComplete { takeRestAtHand() }
        exchange.keepsAlive = exchange.keepsAlive && isRequestComplete && !server.isDraining
        guard case .bytes(let bytes) = response.body, bytes.count <= 16 << 10 else { return false }
        hasAnswered = true
        // Put together here rather than in a closure, which would take copies of all.
        server.output.removeAll(keepingCapacity: true)
        HTTPWriter.write(
            response.head, body: bytes.isEmpty ? .none : .length(bytes.count), connection: exchange.option, dateLine: server.dateLine(),
            into: &server.output)
        if !exchange.isHead && !response.status.forbidsBody { server.output.append(bytes.span) }
        unsent = try writeOutputAtOnce()
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
        if deadline.wait == .request { end() }
    }

    /// Closes the connection whatever it is doing.
    func abort() {
        guard let task, waitingTask == nil else { return end() }
        stream.close()
        task.cancel()
    }

    /// Ends a wait that has lasted too long: a task that waits throws.
    func expire() {
        let wait = deadline.wait
        deadline.clear()
        if wait == .head || wait == .body, !hasAnswered {
            hasAnswered = true
            refuseAtOnce(.requestTimeout, "the request took too long")
        } else {
            stream.close()
        }
        if task == nil || waitingTask != nil { end() }
    }

    // MARK: The client's going away

    /// Calls `body` once when the client goes away, or is given up, before it has the whole answer.
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
