package import EventLoop
package import HTTPClient
internal import HTTPMessage
internal import JSON
package import ServiceKit
package import Telemetry
package import WireProtocol

/// As whom a call is made.
package enum CallIdentity: Sendable, Hashable {
    /// As nobody: public endpoints.
    case anonymous
    /// As this service itself, by client credentials.
    case service
    /// As a person for whom this service works after their token has ended, by token exchange.
    case delegated(DelegationSubject)
    /// With a token that is at hand: the caller's own.
    case bearer(String)
}

/// The request on whose behalf a call is made: its id and trace go along.
package struct CallOrigin: Sendable {
    package let requestID: String
    package let trace: TraceContext

    package init(requestID: String, trace: TraceContext) {
        self.requestID = requestID
        self.trace = trace
    }

    /// The calls of this request.
    package init(_ context: RequestContext) {
        self.init(requestID: context.requestID.description, trace: context.trace)
    }

    /// For work that no request asked for.
    package static func background(on loop: EventLoop) -> CallOrigin {
        CallOrigin(requestID: RequestID.make(on: loop).description, trace: TraceContext.generate(using: &loop.random))
    }
}

/// Typed calls to one other service, made from its endpoint declarations.
package final class ServiceClient {
    private let loop: EventLoop
    private let caller: any HTTPCaller
    private let origin: HTTPOrigin
    private let tokens: ServiceTokens?
    private let name: String
    private let log: Logger?

    private static let largestAnswer = 8 << 20

    /// Without tokens only anonymous calls and calls with a token at hand can be made.
    ///
    /// - Parameters:
    ///   - name: What the public may know of the service: its address and why it cannot be reached go to the log alone.
    package init(
        loop: EventLoop, caller: any HTTPCaller, origin: HTTPOrigin, tokens: ServiceTokens?, name: ServiceName? = nil, log: Logger? = nil
    ) {
        self.loop = loop
        self.caller = caller
        self.origin = origin
        self.tokens = tokens
        self.name = name?.rawValue ?? "the service"
        self.log = log
    }

    /// Calls an endpoint and decodes its answer. Throws the `Problem` that the service answered, or `unavailable` when it cannot be reached.
    package func call<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, _ request: Request, parameters: [String: String] = [:], as identity: CallIdentity,
        from call: CallOrigin, timeout: Duration = .seconds(30)
    ) async throws -> Response {
        try await self.call(endpoint, request, parameters: parameters, as: identity, from: call, timeout: timeout, reading: Response.self)
    }

    /// The same, and decodes `Part` of the answer: what the caller uses, so that a service of the version before, which lacks the rest, will do.
    ///
    /// - Parameters:
    ///   - waiting: For how many seconds the service may wait until what was asked for is done (`Prefer: wait`).
    ///   - preference: What the service may do and need not know (`Prefer`).
    package func call<Request, Response, Part: Decodable>(
        _ endpoint: Endpoint<Request, Response>, _ request: Request, parameters: [String: String] = [:], as identity: CallIdentity,
        from call: CallOrigin, idempotencyKey: String? = nil, waiting: Int? = nil, preferring preference: String? = nil,
        timeout: Duration = .seconds(30), reading: Part.Type
    ) async throws -> Part {
        var message = try await makeRequest(endpoint, request, parameters, identity, call, idempotencyKey)
        if let waiting { message.head.fields.append("prefer", "wait=\(waiting)") }
        if let preference { message.head.fields.append("prefer", preference) }
        message.timeouts.call = timeout + .seconds(waiting ?? 0)
        return try await decoded(try await send(message, as: identity), of: endpoint.name)
    }

    /// Calls an endpoint that streams, and returns its events as they come.
    package func events<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, _ request: Request, parameters: [String: String] = [:], as identity: CallIdentity,
        from call: CallOrigin, silence: Duration = .seconds(60)
    ) async throws -> ServiceEvents {
        var message = try await makeRequest(endpoint, request, parameters, identity, call, nil)
        message.head.fields.append(.accept, "text/event-stream")
        message.timeouts.body = silence
        return ServiceEvents(try await send(message, as: identity).body)
    }

    /// Uploads a body of so many bytes, piece by piece.
    package func upload<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, _ query: Request, length: Int, mediaType: String, as identity: CallIdentity,
        from call: CallOrigin, idempotencyKey: String? = nil, _ next: @escaping () async throws -> ArraySlice<UInt8>?
    ) async throws -> Response {
        var message = try await makeRequest(endpoint, query, [:], identity, call, idempotencyKey)
        message.head.fields.append(.contentType, mediaType)
        message.body = .stream(length: length, next: next)
        return try await decoded(try await send(message, as: identity), of: endpoint.name)
    }

    private func makeRequest<Request, Response>(
        _ endpoint: Endpoint<Request, Response>, _ request: Request, _ parameters: [String: String], _ identity: CallIdentity,
        _ call: CallOrigin, _ idempotencyKey: String?
    ) async throws -> HTTPClientRequest {
        guard var target = endpoint.path.expanded(parameters) else {
            throw Problem(.internalError, detail: "\(endpoint.name) was called without its parameters")
        }
        if endpoint.decodesQuery {
            let query = try FormCoding.query(of: request).encoded
            if !query.isEmpty { target += "?" + query }
        }
        var message = HTTPClientRequest(endpoint.method, target)
        message.head.fields.append("x-request-id", call.requestID)
        message.head.fields.append(.traceparent, call.trace.child(using: &loop.random).traceparent)
        if let idempotencyKey { message.head.fields.append("idempotency-key", idempotencyKey) }
        if let token = try await token(for: identity, from: call) { message.head.fields.append(.authorization, "Bearer " + token) }
        switch endpoint.requestBody {
        case .none, .bytes: break
        case .json:
            message.head.fields.append(.contentType, "application/json")
            message.body = .bytes(try JSONCodec.encode(request))
        case .form:
            message.head.fields.append(.contentType, "application/x-www-form-urlencoded")
            message.body = .bytes(Array(try FormCoding.query(of: request).encoded.utf8))
        }
        return message
    }

    private func token(for identity: CallIdentity, from call: CallOrigin) async throws -> String? {
        switch identity {
        case .anonymous: return nil
        case .bearer(let token): return token
        case .service: return try await tokens?.own(from: call)
        case .delegated(let subject): return try await tokens?.delegated(subject, from: call)
        }
    }

    /// Sends; an answer that is no success becomes the problem that it carries.
    private func send(_ message: HTTPClientRequest, as identity: CallIdentity) async throws -> HTTPClientResponse {
        let response = try await reachable { try await caller.send(message, to: origin) }
        if response.status.isSuccess { return response }
        let body = try await reachable { try await response.body.collect(upTo: Self.largestAnswer) }
        if let problem = try? JSONCodec.decode(Problem.self, from: body, unknownFields: .ignored) {
            if problem.code == .invalidToken || problem.code == .expiredToken { tokens?.forget(identity) }
            throw problem
        }
        if let error = try? JSONCodec.decode(OAuthError.self, from: body, unknownFields: .ignored) { throw error }
        throw Problem(.badGateway, detail: "\(name) answered \(response.status.code)")
    }

    private func decoded<Response: Decodable>(_ response: HTTPClientResponse, of name: String) async throws -> Response {
        let body = try await reachable { try await response.body.collect(upTo: Self.largestAnswer) }
        do {
            return try JSONCodec.decode(Response.self, from: body.isEmpty ? Array("{}".utf8) : body, unknownFields: .ignored)
        } catch {
            throw Problem(.badGateway, detail: "\(name) was answered with something else")
        }
    }

    private func reachable<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let error as HTTPClientError {
            log?.warning("service did not answer", ["to": .string(name), "address": .string("\(origin)"), "error": .error(error)])
            throw Problem(.unavailable, detail: "\(name) cannot be reached at the moment")
        }
    }
}
