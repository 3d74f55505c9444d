package import EventLoop
internal import HTTPMessage
package import HTTPServer
package import Telemetry
package import WireProtocol

/// One request on its way through a service: what its handler may need besides the decoded body or query.
package final class RequestContext {
    /// The request itself; its body when the endpoint takes raw bytes.
    package let request: HTTPServerRequest
    package let requestID: RequestID
    package let trace: TraceContext
    /// A logger whose lines name the request and the trace.
    package let log: Logger
    /// The name of the endpoint.
    package let operation: String
    /// Who asks; nil on public endpoints.
    package internal(set) var principal: Principal?
    /// Key and fingerprint of a request that may be sent again; nil when it named no key.
    package var idempotency: IdempotentRequest?

    init(_ request: HTTPServerRequest, log: Logger, operation: String) {
        let loop = request.loop
        self.request = request
        self.operation = operation
        requestID = request.fields["x-request-id"].flatMap(RequestID.init(_:)) ?? RequestID.make(on: loop)
        let parent = request.fields[.traceparent].flatMap(TraceContext.init(traceparent:))
        trace = parent?.child(using: &loop.random) ?? TraceContext.generate(using: &loop.random)
        self.log = log.with(requestID: requestID.description, traceID: trace.traceID.description)
    }

    package var loop: EventLoop { request.loop }

    /// An id of the path. One that cannot be read names nothing: a problem 404.
    package func id<Tag>(_ name: String = "id", as type: TypeID<Tag>.Type = TypeID<Tag>.self) throws -> TypeID<Tag> {
        guard let id = request.parameters[name].flatMap(TypeID<Tag>.init(_:)) else { throw Problem(.notFound) }
        return id
    }

    /// The person who asks; a problem 403 when it is a service for itself, 401 when it is nobody.
    package func person() throws -> Principal.Person {
        guard let principal else { throw Problem(.authenticationRequired) }
        return try principal.person()
    }

    /// The access token as it came, to act on with it. Never to be stored or logged.
    package var bearerToken: String? { request.fields[.authorization].flatMap(BearerToken.parse) }

    /// Whether the client wants the answer as a stream of events.
    package var acceptsEvents: Bool {
        request.fields.combinedValue(of: .accept)?.lowercased().contains("text/event-stream") ?? false
    }
}

/// `Authorization: Bearer …` (RFC 6750).
package enum BearerToken {
    /// The token; nil for another scheme, or when there is none.
    package static func parse(_ field: String) -> String? {
        let parts = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].utf8.allSatisfy { (0x21...0x7E).contains($0) } ? String(parts[1]) : nil
    }
}
