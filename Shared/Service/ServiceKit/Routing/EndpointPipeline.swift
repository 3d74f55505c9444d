internal import HTTPMessage
internal import HTTPServer
internal import WireProtocol

/// What happens to a request of one endpoint before its handler sees it.
struct EndpointPipeline<Request: Codable & Sendable> {
    private let endpoint: EndpointDescription
    private let gate: EndpointGate
    private let decoder: RequestDecoder<Request>

    /// Traps for a request that is no wire type: the tests of the wire format find it first.
    init<Response>(_ endpoint: Endpoint<Request, Response>, verifier: TokenVerifier?) {
        self.endpoint = endpoint.description
        gate = EndpointGate(endpoint.description, verifier: verifier)
        do { decoder = try RequestDecoder(endpoint) } catch { preconditionFailure("\(endpoint.name): \(error)") }
    }

    /// Checks who asks, then reads and decodes the body, the form or the query. Throws problems.
    func prepare(_ context: RequestContext) async throws -> Request {
        try await gate.admit(context)
        if endpoint.decodesQuery {
            guard let query = try? HTTPQuery(decoding: context.request.head.query ?? "") else {
                throw Problem(.malformedRequest, detail: "the query has a malformed escape")
            }
            if endpoint.uses.contains(.idempotencyKey), endpoint.requestBody == .none {
                context.idempotency = try IdempotentRequest(context.request.head, body: [])
            }
            return try decoder.decode(query: query)
        }
        let body = try await context.request.body.collect(upTo: endpoint.maximumBodySize ?? 1 << 20)
        context.body = body
        if endpoint.uses.contains(.idempotencyKey) { context.idempotency = try IdempotentRequest(context.request.head, body: body) }
        if !body.isEmpty { try endpoint.demandMediaType(context.request.fields[.contentType]) }
        return try decoder.decode(body: body)
    }
}
