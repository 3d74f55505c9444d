package import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON

/// Stands for a paid provider of models: it speaks the wire format of OpenAI's chat completions over a real socket and says what its script says.
///
/// Beside `/v1/chat/completions` and `/v1/models`, what a test does to it in the same process can be done from another:
/// `GET /script/requests` lists the calls, `POST /script/gates/{name}` opens a gate, `PUT /script` gives another script.
package final class ScriptedModelServer {
    package var script: ModelScript {
        didSet { uses = [:] }
    }
    /// The key that calls must carry; nil: any, or none.
    package var apiKey: String?
    /// The latest calls, oldest first.
    package private(set) var requests: [ModelCallRecord] = []
    /// How many calls there were.
    package private(set) var requestCount = 0
    /// Calls whose client left before the answer had ended.
    package private(set) var abandonedCount = 0

    private let listener: Listener
    private let server: HTTPServer
    private let changed: Signal
    private var openGates: Set<String> = []
    /// How often each rule was used, by its place.
    private var uses: [Int: Int] = [:]

    private static let remembered = 10_000

    /// Listens, but does not serve before `serve`.
    package init(on loop: EventLoop, at address: SocketAddress = .loopback(port: 0), _ script: ModelScript) throws {
        self.script = script
        listener = try loop.listen(on: address)
        changed = Signal(on: loop)
        server = HTTPServer(on: loop)
    }

    package var port: UInt16 { listener.address.port ?? 0 }
    /// What `MODEL_URL` is to be.
    package var baseURL: String { "http://127.0.0.1:\(port)/v1" }
    /// Connections that are open now.
    package var connectionCount: Int { server.connectionCount }

    /// Serves until its task is cancelled.
    package func serve() async throws {
        let routes = HTTPRoutes()
        routes.on(.post, "/v1/chat/completions") { [self] in try await complete($0) }
        routes.on(.get, "/v1/models") { _ in Self.json(ModelList(data: [.init(id: "scripted")])) }
        routes.on(.get, "/script/requests") { [self] _ in Self.json(requests) }
        routes.on(.put, "/script") { [self] request in
            script = try JSONCodec.decode(ModelScript.self, from: try await request.body.collect(upTo: 16 << 20), unknownFields: .refused)
            return HTTPServerResponse(status: .noContent)
        }
        routes.on(.post, "/script/gates/{name}") { [self] request in
            open(request.parameters["name"] ?? "")
            return HTTPServerResponse(status: .noContent)
        }
        try await server.serve(listener, routes.handle)
    }

    /// Lets everyone who waits at a gate go on, and whoever comes later.
    package func open(_ gate: String) {
        openGates.insert(gate)
        changed.notify()
    }

    /// Waits until there were so many calls.
    package func waitForRequests(_ count: Int) async throws {
        try await changed.wait { [self] in requestCount < count }
    }

    /// Waits until so many calls were left by their clients.
    package func waitForAbandoned(_ count: Int) async throws {
        try await changed.wait { [self] in abandonedCount < count }
    }

    // MARK: One call

    private func complete(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        let bytes = try await request.body.collect(upTo: 16 << 20)
        if let apiKey, request.fields[.authorization] != "Bearer " + apiKey {
            let given = request.fields[.authorization]?.dropFirst("Bearer ".count) ?? ""
            return Self.error(401, "Incorrect API key provided: \(given).", type: "invalid_request_error", code: "invalid_api_key")
        }
        guard let call = try? JSONCodec.decode(ModelCallRecord.self, from: bytes, unknownFields: .ignored) else {
            return Self.error(400, "We could not parse the JSON body of your request.", type: "invalid_request_error")
        }
        record(call)
        guard let answer = answer(to: call) else { return Self.error(500, "The script has no answer to this call.", type: "server_error") }
        if let gate = answer.holdHead { try await pass(gate, request) }
        if let status = answer.status {
            var response = Self.error(status, answer.errorMessage ?? "", type: answer.errorType ?? "server_error")
            if let retryAfter = answer.retryAfter { response.fields.append(.retryAfter, retryAfter) }
            return response
        }
        guard call.stream == true else { return Self.json(WholeCompletion(answer, call)) }
        return HTTPServerResponse(
            status: .ok, fields: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: .stream(length: nil) { [self] writer in
                do { try await stream(answer, to: call, request, writer) } catch {
                    if !(error is BrokenOff) {
                        abandonedCount += 1
                        changed.notify()
                    }
                    throw error
                }
            })
    }

    private func record(_ call: ModelCallRecord) {
        if requests.count == Self.remembered { requests.removeFirst(Self.remembered / 2) }
        requests.append(call)
        requestCount += 1
        changed.notify()
    }

    private func answer(to call: ModelCallRecord) -> ScriptedAnswer? {
        for (place, rule) in script.rules.enumerated() {
            if let match = rule.match, call.messages.last?.content.contains(match) != true { continue }
            if let turn = rule.turn, turn != call.turn { continue }
            if let times = rule.times, uses[place, default: 0] >= times { continue }
            uses[place, default: 0] += 1
            return rule.answer
        }
        return nil
    }

    private func pass(_ gate: String, _ request: HTTPServerRequest) async throws {
        request.whenClientGone { [changed] in changed.notify() }
        try await changed.wait { [self] in !openGates.contains(gate) && !request.isClientGone }
        if request.isClientGone { throw CancellationError() }
    }

    private struct BrokenOff: Error {}

    private func stream(
        _ answer: ScriptedAnswer, to call: ModelCallRecord, _ request: HTTPServerRequest, _ writer: HTTPBodyWriter
    ) async throws {
        func send(_ bytes: [UInt8]) async throws {
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(max(1, answer.writeSize ?? rest.count))
                rest = rest.dropFirst(piece.count)
                try await writer.write(piece)
            }
        }
        var completion = StreamedCompletion(call)
        try await send(completion.opening())
        for step in answer.reply {
            switch step {
            case .delta(let text): try await send(completion.delta(text))
            case .toolCall(let name, let arguments, let length):
                try await send(completion.toolCall(name, arguments, pieceLength: length))
            case .wait(let gate): try await pass(gate, request)
            case .raw(let text): try await send(Array(text.utf8))
            case .breakOff: throw BrokenOff()
            }
        }
        if answer.finishReason != "" { try await send(completion.closing(answer.finishReason)) }
    }

    // MARK: Answers

    private static func json(_ value: some Encodable, status: HTTPStatus = .ok) -> HTTPServerResponse {
        HTTPServerResponse(
            status: status, fields: [.contentType: "application/json"], body: (try? JSONCodec.encode(value)) ?? Array("null".utf8))
    }

    private static func error(_ status: Int, _ message: String, type: String, code: String? = nil) -> HTTPServerResponse {
        json(
            ErrorAnswer(error: .init(message: message, type: type, param: nil, code: code)),
            status: HTTPStatus(code: status) ?? .internalServerError)
    }

    private struct ModelList: Encodable {
        struct Model: Encodable {
            var id: String
            var object = "model"
        }
        var object = "list"
        var data: [Model]
    }

    private struct ErrorAnswer: Encodable {
        struct Failure: Encodable {
            var message: String
            var type: String
            var param: String?
            var code: String?
        }
        var error: Failure
    }
}
