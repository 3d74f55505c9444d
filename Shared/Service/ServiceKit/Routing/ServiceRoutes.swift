package import EventLoop
internal import HTTPFraming
package import HTTPMessage
package import HTTPServer
internal import JSON
package import Telemetry
package import WireProtocol

/// Mounts handlers by their endpoint declarations, and does for each what every endpoint has in common: identity and permission,
/// size, media type, validation, decoding, request id, trace, problems, metrics and the log line.
package final class ServiceRoutes {
    /// Answers a decoded request.
    package typealias Handler<Request, Response: Encodable> = (Request, RequestContext) async throws -> Reply<Response>

    /// A path and method of a mounted endpoint.
    private final class Mount {
        let operation: String
        let durations: RouteDurations
        let answer: (RequestContext) async throws -> HTTPServerResponse

        init(operation: String, durations: RouteDurations, answer: @escaping (RequestContext) async throws -> HTTPServerResponse) {
            self.operation = operation
            self.durations = durations
            self.answer = answer
        }
    }

    private let loop: EventLoop
    private let verifier: TokenVerifier?
    private let log: Logger
    private let durations: MetricFamily<Histogram>
    private let refusedDurations: RouteDurations
    // Unchecked: to look a route up changes nothing, and calls nothing that could add one.
    @exclusivity(unchecked) private var router = Router()
    @exclusivity(unchecked) private var mounts: [Mount] = []
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
        refusedDurations = RouteDurations(durations, route: "none")
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

    /// Makes the request that takes another's place.
    package typealias Rewriting = () async throws -> HTTPServerRequest

    /// Mounts an endpoint whose requests are passed on as they are: only who asks is checked here. `rewriting` comes before that, and
    /// may put another request in a request's place, as one with other credentials; nil, without waiting, leaves it. `refused` hears of each
    /// request whose credentials do not hold or do not allow it, and may answer by an error of its own.
    package func forward(
        _ endpoint: EndpointDescription, rewriting: @escaping (RequestContext) -> Rewriting? = { _ in nil },
        refused: @escaping (RequestContext) throws -> Void = { _ in },
        _ handler: @escaping (RequestContext) async throws -> HTTPServerResponse
    ) {
        let gate = EndpointGate(endpoint, verifier: verifier)
        mount(endpoint) { context in
            do {
                if let rewritten = rewriting(context) { context.request = try await rewritten() }
                if try !gate.admitAtOnce(context) { try await gate.admit(context) }
            } catch let problem as Problem where problem.status == 401 || problem.status == 403 {
                try refused(context)
                throw problem
            }
            return try await handler(context)
        }
    }

    private func mount(_ endpoint: EndpointDescription, _ answer: @escaping (RequestContext) async throws -> HTTPServerResponse) {
        precondition(mounted.insert(endpoint.name).inserted, "\(endpoint.name) is mounted twice")
        let methods = endpoint.method == .patch ? [.patch, .put] : [endpoint.method]
        for path in [endpoint.path] + endpoint.aliases {
            for method in methods {
                let durations = RouteDurations(durations, route: path.description)
                router.add(method, path.description)
                mounts.append(Mount(operation: endpoint.name, durations: durations, answer: answer))
            }
        }
    }

    /// Answers a request: the handler of the service's HTTP server.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        let start = loop.preciseNow
        let context = RequestContext(request, log: log)
        var response: HTTPServerResponse
        var durations = refusedDurations
        switch router.match(request.method, target: request.head.target) {
        case .found(let number, let template, let parameters):
            let mount = mounts[number]
            request.route = template
            request.parameters = parameters
            context.operation = mount.operation
            durations = mount.durations
            do { response = try await mount.answer(context) } catch { response = try Self.answer(error, context) }
        case .methodNotAllowed(let allow):
            response = try Self.answer(ProblemWithFields(Problem(.methodNotAllowed), [.allow: allow]), context)
        case .notFound: response = try Self.answer(Problem(.notFound, detail: "no such path"), context)
        case .malformed: response = try Self.answer(Problem(.malformedRequest, detail: "malformed path"), context)
        }
        response.fields.append(.requestID, context.requestID.description)
        let seconds = (loop.preciseNow - start).seconds
        durations.observe(seconds, request.method, response.status)
        writeLine(response.status, seconds, context)
        return response
    }

    private func writeLine(_ status: HTTPStatus, _ seconds: Double, _ context: RequestContext) {
        let route = context.request.route ?? "none"
        // Who asks whether a service is ready asks again and again, and wants no line for each no; strangers may ask the gateway.
        if status.code >= 500, context.operation != ServiceAPI.ready.name, context.operation != GatewayAPI.ready.name {
            context.log.warning("request failed", ["route": .string(route), "status": .int(status.code), "seconds": .double(seconds)])
        } else if log.level <= .debug {
            context.log.debug("request", ["route": .string(route), "status": .int(status.code), "seconds": .double(seconds)])
        }
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
        // What is wrong with the framing or the connection is the server's to answer, and a task that was cancelled has nobody to answer to.
        if error is HTTPFramingError || error is HTTPServerError || error is SocketError || error is CancellationError { throw error }
        if let error = error as? any AnsweringError { return error.answer }
        var problem: Problem
        var fields = HTTPFields()
        if let known = error as? ProblemWithFields {
            (problem, fields) = (known.problem, known.fields)
        } else if let known = ProblemAnswer.problem(for: error) {
            problem = known
        } else {
            context.log.error("unexpected error", ["operation": .string(context.operation), "error": .error(error)])
            problem = Problem(.internalError)
        }
        problem.instance = String(context.request.head.path)
        problem.requestID = context.requestID.description
        return ProblemAnswer.make(problem, fields: fields)
    }
}

/// A problem whose answer carries fields of its own, as 416 does.
package struct ProblemWithFields: Error {
    let problem: Problem
    let fields: HTTPFields

    package init(_ problem: Problem, _ fields: HTTPFields) {
        self.problem = problem
        self.fields = fields
    }
}

/// An error with an answer of its own form, where a standard prescribes one (RFC 6749).
package protocol AnsweringError: Error {
    /// The whole answer.
    var answer: HTTPServerResponse { get }
}
