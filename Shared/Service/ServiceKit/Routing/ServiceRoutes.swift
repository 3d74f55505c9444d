package import EventLoop
internal import HTTPFraming
internal import HTTPMessage
package import HTTPServer
internal import JSON
package import Telemetry
package import WireProtocol

/// Mounts handlers by their endpoint declarations, and does for each what every endpoint has in common: identity and permission,
/// size, media type, validation, decoding, request id, trace, problems, metrics and the log line.
package final class ServiceRoutes {
    /// Answers a decoded request.
    package typealias Handler<Request, Response: Encodable> = (Request, RequestContext) async throws -> Reply<Response>

    private let loop: EventLoop
    private let verifier: TokenVerifier?
    private let log: Logger
    private let durations: MetricFamily<Histogram>
    private let routes = HTTPRoutes(makeRefusal: ProblemAnswer.refusal)
    /// The names of the endpoints that are mounted, for the check that none is missing.
    package private(set) var mounted: Set<String> = []

    /// Without a verifier only public endpoints can be mounted.
    package init(loop: EventLoop, verifier: TokenVerifier?, log: Logger, metrics: MetricsRegistry) {
        self.loop = loop
        self.verifier = verifier
        self.log = log
        durations = metrics.histograms(
            "http_server_request_duration_seconds", help: "Time from the head of a request to the head of its answer.",
            labels: ["route", "method", "status"])
    }

    /// Mounts an endpoint, under its path, its aliases, and `PUT` beside `PATCH`. `translating` turns errors, those of reading the request
    /// included, into others where a standard prescribes its own (`AnsweringError`).
    package func on<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, translating: @escaping (any Error) -> any Error = { $0 },
        _ handler: @escaping Handler<Request, Response>
    ) {
        let description = endpoint.description
        let pipeline = EndpointPipeline(endpoint, verifier: verifier)
        mount(description) { context in
            do {
                let request = try await pipeline.prepare(context)
                return try Self.response(to: try await handler(request, context), description)
            } catch { throw translating(error) }
        }
    }

    /// Mounts an endpoint whose requests are passed on as they are: only who asks is checked here.
    package func forward(_ endpoint: EndpointDescription, _ handler: @escaping (RequestContext) async throws -> HTTPServerResponse) {
        let gate = EndpointGate(endpoint, verifier: verifier)
        mount(endpoint) { context in
            try await gate.admit(context)
            return try await handler(context)
        }
    }

    private func mount(_ endpoint: EndpointDescription, _ answer: @escaping (RequestContext) async throws -> HTTPServerResponse) {
        precondition(mounted.insert(endpoint.name).inserted, "\(endpoint.name) is mounted twice")
        let methods = endpoint.method == .patch ? [.patch, .put] : [endpoint.method]
        for path in [endpoint.path] + endpoint.aliases {
            for method in methods {
                routes.on(method, path.description) { [log] request in
                    let context = RequestContext(request, log: log, operation: endpoint.name)
                    request[ContextKey.self] = context
                    do { return try await answer(context) } catch { return try Self.answer(error, context) }
                }
            }
        }
    }

    /// Answers a request: the handler of the service's HTTP server.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        // The context holds the request: kept in it beyond the answer, neither would ever be freed, nor their connection.
        defer { request[ContextKey.self] = nil }
        let start = loop.preciseNow
        var response = try await routes.handle(request)
        let context = request[ContextKey.self] ?? RequestContext(request, log: log, operation: "unknown")
        response.fields.append("x-request-id", context.requestID.description)
        let seconds = (loop.preciseNow - start).seconds
        let route = request.route ?? "none"
        durations.labelled(route, request.method.name, String(response.status.code)).observe(seconds)
        // Who asks whether a service is ready asks again and again, and wants no line for each no.
        if response.status.code >= 500, context.operation != ServiceAPI.ready.name {
            context.log.warning(
                "request failed", ["route": .string(route), "status": .int(response.status.code), "seconds": .double(seconds)])
        } else {
            context.log.debug("request", ["route": .string(route), "status": .int(response.status.code), "seconds": .double(seconds)])
        }
        return response
    }

    private static func response<Body>(to reply: Reply<Body>, _ endpoint: EndpointDescription) throws -> HTTPServerResponse {
        var fields = reply.fields
        let body: HTTPServerResponse.Body
        switch reply.content {
        case .json(let value):
            fields.append(.contentType, "application/json")
            body = .bytes(try JSONCodec.encode(value))
        case .encoded(let json):
            fields.append(.contentType, "application/json")
            body = .bytes(json)
        case .bytes(let bytes, let mediaType):
            fields.append(.contentType, mediaType)
            body = .bytes(bytes)
        case .stream(let mediaType, let length, let write):
            fields.append(.contentType, mediaType)
            body = .stream(length: length, write)
        case .none:
            body = .bytes([])
        }
        return HTTPServerResponse(status: reply.status ?? endpoint.success.first ?? .ok, fields: fields, body: body)
    }

    private static func answer(_ error: any Error, _ context: RequestContext) throws -> HTTPServerResponse {
        // What is wrong with the framing is the server's to answer, and a task that was cancelled has nobody to answer to.
        if error is HTTPFramingError || error is HTTPServerError || error is CancellationError { throw error }
        if let error = error as? any AnsweringError { return error.answer }
        var problem: Problem
        if let known = ProblemAnswer.problem(for: error) {
            problem = known
        } else {
            context.log.error("unexpected error", ["operation": .string(context.operation), "error": .error(error)])
            problem = Problem(.internalError)
        }
        problem.instance = String(context.request.head.path)
        problem.requestID = context.requestID.description
        return ProblemAnswer.make(problem)
    }

    private enum ContextKey: HTTPRequestKey {
        static var defaultValue: RequestContext? { nil }
    }
}

/// An error with an answer of its own form, where a standard prescribes one (RFC 6749).
package protocol AnsweringError: Error {
    /// The whole answer.
    var answer: HTTPServerResponse { get }
}
