internal import HTTPMessage
internal import HTTPServer
internal import WireProtocol

/// What happens to a request of one endpoint before its handler sees it.
struct EndpointPipeline<Request: Codable & Sendable> {
    private let endpoint: EndpointDescription
    private let verifier: TokenVerifier?
    private let decoder: RequestDecoder<Request>

    /// Traps for a request that is no wire type: the tests of the wire format find it first.
    init<Response>(_ endpoint: Endpoint<Request, Response>, verifier: TokenVerifier?) {
        self.endpoint = endpoint.description
        self.verifier = verifier
        do { decoder = try RequestDecoder(endpoint) } catch { preconditionFailure("\(endpoint.name): \(error)") }
    }

    /// Checks who asks, then reads and decodes the body, the form or the query. Throws problems.
    func prepare(_ context: RequestContext) async throws -> Request {
        try await authorize(context)
        if endpoint.decodesQuery {
            guard let query = try? HTTPQuery(decoding: context.request.head.query ?? "") else {
                throw Problem(.malformedRequest, detail: "the query has a malformed escape")
            }
            return try decoder.decode(query: query)
        }
        let body = try await context.request.body.collect(upTo: endpoint.maximumBodySize ?? 1 << 20)
        if endpoint.uses.contains(.idempotencyKey) { context.idempotency = try IdempotentRequest(context.request.head, body: body) }
        try demand(endpoint.requestBody == .form ? "application/x-www-form-urlencoded" : "application/json", of: context)
        return try decoder.decode(body: body)
    }

    private func authorize(_ context: RequestContext) async throws {
        if endpoint.authorization == .public { return }
        guard let verifier, let field = context.request.fields[.authorization] else { throw Problem(.authenticationRequired) }
        guard let token = BearerToken.parse(field) else { throw Problem(.invalidToken, detail: "a bearer token is wanted") }
        let principal = try await verifier.verify(token)
        switch endpoint.authorization {
        case .public, .authenticated: break
        case .permission(let permission):
            guard principal.allows(permission) else { throw Problem(.permissionDenied, detail: "\(permission.rawValue) is needed") }
        case .service(let permission):
            guard principal.isService, principal.allows(permission) else { throw Problem(.permissionDenied) }
        }
        context.principal = principal
    }

    private func demand(_ mediaType: String, of context: RequestContext) throws {
        let given = context.request.fields[.contentType]?.split(separator: ";").first?.split(separator: " ").first
        guard given?.lowercased() == mediaType else { throw Problem(.unsupportedMediaType, detail: "\(mediaType) is wanted") }
    }
}
