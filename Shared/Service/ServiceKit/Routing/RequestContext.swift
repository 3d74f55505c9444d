package import EventLoop
internal import HTTPMessage
package import HTTPServer
package import Telemetry
package import WireProtocol

/// One request on its way through a service: what its handler may need besides the decoded body or query. What is set whole, once a request,
/// goes unchecked.
package final class RequestContext {
    /// The request itself; its body when the endpoint takes raw bytes.
    @exclusivity(unchecked) package internal(set) var request: HTTPServerRequest
    /// The bytes of a body that was read to be decoded, as they came; empty for one that is still to be read.
    @exclusivity(unchecked) package internal(set) var body: [UInt8] = []
    package let requestID: RequestID
    package let trace: TraceContext
    private let serviceLog: Logger
    /// The name of the endpoint.
    @exclusivity(unchecked) package internal(set) var operation = "unknown"
    /// Who asks; nil on public endpoints.
    @exclusivity(unchecked) package internal(set) var principal: Principal?
    /// Key and fingerprint of a request that may be sent again; nil when it named no key.
    package var idempotency: IdempotentRequest?

    init(_ request: HTTPServerRequest, log: Logger) {
        let loop = request.loop
        self.request = request
        serviceLog = log
        requestID = request.fields[.requestID].flatMap(RequestID.init(_:)) ?? RequestID.make(on: loop)
        let parent = request.fields[.traceparent].flatMap(TraceContext.init(traceparent:))
        trace = parent?.child(using: &loop.random) ?? TraceContext.generate(using: &loop.random)
    }

    package var loop: EventLoop { request.loop }

    /// A logger whose lines name the request and the trace. Made when it is asked for: most requests write no line.
    package var log: Logger { serviceLog.with(requestID: requestID.description, traceID: trace.traceID.description) }

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
    package var bearerToken: String? {
        request.fields.valueBytes(of: .authorization).flatMap(BearerToken.parse).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The state of a thing that a change is meant for. When the request does not say: a problem 428, or any.
    package func ifMatch(isDemanded: Bool = true) throws -> EntityTagCondition {
        try EntityTagCondition(ifMatch: request.fields.combinedValue(of: .ifMatch), isDemanded: isDemanded)
    }

    /// Whether the client wants the answer as a stream of events.
    package var acceptsEvents: Bool {
        request.fields.combinedValue(of: .accept)?.lowercased().contains("text/event-stream") ?? false
    }
}
