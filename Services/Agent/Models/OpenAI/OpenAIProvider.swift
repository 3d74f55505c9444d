package import EventLoop
internal import ExternalHTTP
package import HTTPClient
internal import HTTPMessage
internal import JSON
internal import WireProtocol

/// A provider that speaks OpenAI's chat completions: OpenAI itself, llama.cpp, Ollama, vLLM, Mistral and many more.
package final class OpenAIProvider {
    /// How a provider is reached.
    package struct Configuration: Sendable {
        /// What agents call it.
        package let name: String
        package let origin: HTTPOrigin
        /// What stands before `/chat/completions`.
        package let path: String
        package let apiKey: String?
        package let defaultModel: String
        /// Tokens that one reply may have; nil leaves it to the provider.
        package let maximumTokens: Int?
        /// nil: as much as it is given.
        package let contextLimit: ContextLimit?
        /// A large prompt may be read for minutes before the head comes. The time for the body is that between two pieces of it.
        package var timeouts = {
            var timeouts = HTTPClientTimeouts()
            timeouts.head = .seconds(180)
            timeouts.body = .seconds(90)
            timeouts.call = .seconds(900)
            return timeouts
        }()

        /// A slash at the end of the path does not count.
        package init(
            name: String, origin: HTTPOrigin, path: String, apiKey: String?, defaultModel: String, maximumTokens: Int? = nil,
            contextLimit: ContextLimit? = nil
        ) {
            self.name = name
            self.origin = origin
            self.path = String(path.reversed().drop { $0 == "/" }.reversed())
            self.apiKey = apiKey
            self.defaultModel = defaultModel
            self.maximumTokens = maximumTokens
            self.contextLimit = contextLimit
        }
    }

    private let loop: EventLoop
    private let configuration: Configuration
    private let caller: any HTTPCaller

    /// More than any reply: 128 KiB of text in the smallest of pieces.
    private static let largestStream = 64 << 20
    private static let largestEvent = 1 << 20
    private static let largestError = 64 << 10

    /// Throws when the client for the outside world cannot be made.
    ///
    /// - Parameter calls: How many there may be at a time.
    package init(on loop: EventLoop, _ configuration: Configuration, calls: Int) throws {
        self.loop = loop
        self.configuration = configuration
        let limits = HTTPClientLimits(lastingCalls: calls)
        caller =
            configuration.origin.scheme == .https ? try ExternalHTTPClient(on: loop, limits: limits) : HTTPClient(on: loop, limits: limits)
    }

    package var name: String { configuration.name }

    /// Calls a model once, as `ModelCalls` has it. Letting go of the response before its end closes its connection, which ends the call.
    package func call(_ request: ModelRequest, receive: (String) async throws -> StreamDemand) async throws -> ModelOutcome {
        let request = try configuration.contextLimit?.fit(request) ?? request
        let message = try makeMessage(request)
        let response = try await reachable { try await caller.send(message, to: configuration.origin) }
        guard response.status == .ok else { throw try await refusal(response) }
        guard let mediaType = response.fields[.contentType], mediaType.lowercased().hasPrefix("text/event-stream") else {
            throw ModelCallError.unavailable("The model's provider answered with something else than a stream of events.", retryAfter: nil)
        }
        return try await read(response.body, of: request, receive: receive)
    }

    private func makeMessage(_ request: ModelRequest) throws -> HTTPClientRequest {
        var message = HTTPClientRequest(
            .post, configuration.path + "/chat/completions",
            fields: [.contentType: "application/json", .accept: "text/event-stream", .userAgent: "troupe"])
        if let key = configuration.apiKey { message.head.fields.append(.authorization, "Bearer " + key) }
        message.body = .bytes(try JSONCodec.encode(ChatCompletionRequest(request, maximumTokens: configuration.maximumTokens)))
        message.timeouts = configuration.timeouts
        return message
    }

    private func read(
        _ body: HTTPResponseBody, of request: ModelRequest, receive: (String) async throws -> StreamDemand
    ) async throws -> ModelOutcome {
        var reader = ChatCompletionReader(hiding: configuration.apiKey)
        var parser = ServerSentEventParser(maximumEventBytes: Self.largestEvent)
        var bytesLeft = Self.largestStream
        var replySize = 0
        while let bytes = try await reachable({ try await body.next() }) {
            bytesLeft -= bytes.count
            guard bytesLeft >= 0, let events = try? parser.consume(bytes) else {
                throw ModelCallError.unavailable("The model's provider sent more than a reply can be.", retryAfter: nil)
            }
            for event in events {
                switch reader.read(event.data) {
                case .nothing: break
                case .text(let text):
                    replySize += text.utf8.count
                    if try await receive(text) == .enough {
                        drain(body, for: Self.patience)
                        // What it used would come last, which nobody waits for.
                        let usage = TokenUsage(
                            inputTokens: TokenEstimate.of(request.messages) + TokenEstimate.of(request.tools),
                            outputTokens: TokenEstimate.of(bytes: replySize))
                        return ModelOutcome(finishReason: .enough, usage: usage)
                    }
                case .finished(let outcome):
                    drain(body, for: .seconds(1))
                    return outcome
                case .failed(let error): throw error
                }
            }
        }
        return try reader.end().get()
    }

    /// A model of which the reader has had enough mostly has nothing more to say.
    private static let patience = Duration.milliseconds(50)

    /// Reads what follows what was wanted, which is mostly only the end of the message: then the connection serves the next call. Otherwise it
    /// is closed after a while, which ends the call.
    private func drain(_ body: HTTPResponseBody, for duration: Duration) {
        let timer = loop.schedule(after: duration) { body.cancel() }
        loop.spawnUnobserved { [loop] in
            var bytesLeft = Self.largestError
            while bytesLeft > 0, let bytes = try? await body.next() { bytesLeft -= bytes.count }
            loop.cancel(timer)
            body.cancel()
        }
    }

    private func refusal(_ response: HTTPClientResponse) async throws -> ModelCallError {
        let wait = response.fields[.retryAfter].flatMap { RetryAfter.parse($0, wallClock: loop.wallClock) }
        var body: [UInt8] = []
        do { body = try await response.body.collect(upTo: Self.largestError) } catch is HTTPClientError {}
        let failure = ProviderFailure(body: body, hiding: configuration.apiKey)
        return ModelCallError(status: response.status, failure, retryAfter: wait)
    }

    private func reachable<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let error as HTTPClientError { throw ModelCallError(error) }
    }
}
