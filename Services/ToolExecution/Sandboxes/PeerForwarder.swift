internal import EventLoop
internal import HTTPClient
internal import HTTPMessage
internal import HTTPServer
internal import PostgresClient
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// Hands a request on to the process that holds what it is about, once, and streams its answer back.
struct PeerForwarder {
    let caller: any HTTPCaller
    let lease: NodeLease

    /// Says that a request has been handed on already: it is not handed on again.
    private static let mark: HTTPFieldName = "x-forwarded-by-node"
    private static let passedOn: [HTTPFieldName] = [
        .authorization, .accept, .ifMatch, "idempotency-key", "last-event-id", "x-request-id", .traceparent, "x-access-token",
        "e2b-sandbox-id", "e2b-sandbox-port", "e2b-traffic-access-token", "connect-timeout-ms",
    ]
    private static let passedBack: [HTTPFieldName] = [.etag, .location, .link, "retry-after", "idempotent-replayed"]

    /// The answer of the process `node`; nil when that is this process, or is gone. The body goes on byte by byte, for a fingerprint is made of it.
    func forward<Response>(_ context: RequestContext, to node: PostgresUUID?) async throws -> Reply<Response>? {
        guard let origin = try await origin(of: node, context) else { return nil }
        let (body, fields) = (context.request.body, context.request.fields)
        if !context.body.isEmpty { return try await send(.bytes(context.body), mediaType: fields[.contentType], context, to: origin) }
        if body.length == 0 { return try await send(.none, mediaType: nil, context, to: origin) }
        return try await send(
            .stream(length: fields[.contentLength].flatMap { Int($0) }) { try await body.next() }, mediaType: fields[.contentType],
            encoding: fields["content-encoding"], context, to: origin)
    }

    /// The same for an answer of any shape.
    func pass(_ context: RequestContext, to node: PostgresUUID?) async throws -> HTTPServerResponse? {
        guard let reply: Reply<NoContent> = try await forward(context, to: node) else { return nil }
        guard case .stream(let mediaType, let length, let write) = reply.content else { return HTTPServerResponse(status: .noContent) }
        return HTTPServerResponse(
            status: reply.status ?? .ok, fields: [.contentType: mediaType], body: .stream(length: length, write))
    }

    private func origin(of node: PostgresUUID?, _ context: RequestContext) async throws -> HTTPOrigin? {
        guard let node, node != lease.id, let origin = try await lease.origin(of: node) else { return nil }
        guard !context.request.fields.contains(Self.mark) else {
            throw Problem(.unavailable, detail: "the sandbox has moved; ask again")
        }
        return origin
    }

    private func send<Response>(
        _ body: HTTPClientRequest.Body, mediaType: String?, encoding: String? = nil, _ context: RequestContext, to origin: HTTPOrigin
    ) async throws -> Reply<Response> {
        var fields: HTTPFields = [:]
        for name in Self.passedOn {
            if let value = context.request.fields[name] { fields.append(name, value) }
        }
        fields.append(Self.mark, "\(lease.id)")
        if let mediaType { fields.append(.contentType, mediaType) }
        if let encoding { fields.append("content-encoding", encoding) }
        var message = HTTPClientRequest(context.request.method, context.request.head.target, fields: fields, body: body)
        // The other process bounds what it does; when it dies, its connections end.
        message.timeouts.head = .seconds(TimeClass.longestSeconds)
        let loop = context.loop
        let sending = loop.spawn { [caller, message] in try await caller.send(message, to: origin) }
        // By this the other process learns that nobody waits for the answer.
        context.request.whenClientGone { sending.cancel() }
        do {
            let response = try await loop.withCancellationHandler {
                try await sending.value
            } onCancel: {
                sending.cancel()
            }
            var fields: HTTPFields = [:]
            for name in Self.passedBack {
                if let value = response.fields[name] { fields.append(name, value) }
            }
            if response.status == .noContent { return Reply(fields: fields, .none) }
            return Reply(
                status: response.status, fields: fields,
                .stream(mediaType: response.fields[.contentType] ?? "application/json", length: nil) { writer in
                    while let piece = try await response.body.next() { try await writer.write(piece) }
                })
        } catch is CancellationError where context.request.isClientGone {
            throw HTTPServerError.clientGone
        } catch let error as HTTPClientError {
            context.log.warning("server did not answer", ["to": .string("\(origin)"), "error": .error(error)])
            throw Problem(.unavailable, detail: "the server that holds the sandbox cannot be reached at the moment")
        }
    }
}
