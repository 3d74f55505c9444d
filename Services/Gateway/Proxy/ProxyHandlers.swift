internal import HTTPClient
internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import Telemetry
internal import WireProtocol

/// Passes requests on to the services and streams their answers back, bodies untouched in both directions.
final class ProxyHandlers {
    private let caller: any HTTPCaller

    /// A body of at most so many bytes is passed on as one piece.
    private static let smallBody = 16 * 1024

    init(caller: any HTTPCaller) { self.caller = caller }

    /// Checks what can be checked without reading the body, and forwards. Throws problems: 413, 415, 502, 503, 504.
    func forward(
        _ context: RequestContext, _ endpoint: EndpointDescription, to origin: HTTPOrigin, _ timeouts: HTTPClientTimeouts
    ) async throws -> HTTPServerResponse {
        let request = context.request
        try RequestShape.check(request, endpoint)
        let upload = request.body.length == 0 ? nil : ForwardedBody(request, limit: endpoint.maximumBodySize)
        var message = HTTPClientRequest(
            request.method, String(request.head.localTarget), fields: ForwardedFields.request(request, context), body: upload?.body ?? .none
        )
        message.timeouts = timeouts
        let response: HTTPClientResponse
        do {
            response = try await caller.send(message, to: origin)
        } catch let error as HTTPClientError {
            // What the client did wrong while it sent its body is the answer, not what followed from it.
            if let failure = upload?.failure { throw failure }
            throw problem(error, endpoint, context)
        }
        return try await answer(response, endpoint, context)
    }

    /// How long the services may take for the answers of a time class.
    static func timeouts(_ timeClass: TimeClass) -> HTTPClientTimeouts {
        var timeouts = HTTPClientTimeouts()
        timeouts.connection = .seconds(2)
        // A waiting call answers within 50 seconds; a stream says something at least every 15.
        timeouts.head =
            switch timeClass {
            case .normal: .seconds(30)
            case .waiting, .streaming: .seconds(60)
            case .lasting: .seconds(TimeClass.longestSeconds)
            }
        timeouts.body = .seconds(60)
        return timeouts
    }

    private func answer(_ response: HTTPClientResponse, _ endpoint: EndpointDescription, _ context: RequestContext) async throws
        -> HTTPServerResponse
    {
        let fields = ForwardedFields.response(response.fields)
        if context.request.method == .head || response.status.forbidsBody {
            return HTTPServerResponse(status: response.status, fields: fields)
        }
        if let length = response.body.length, length <= Self.smallBody {
            if let bytes = response.body.takeWhole() { return HTTPServerResponse(status: response.status, fields: fields, body: bytes) }
            do {
                return HTTPServerResponse(status: response.status, fields: fields, body: try await response.body.collect(upTo: length))
            } catch let error as HTTPClientError {
                throw problem(error, endpoint, context)
            }
        }
        return HTTPServerResponse(
            status: response.status, fields: fields,
            body: .stream(length: response.body.length) { writer in
                while let piece = try await response.body.next() { try await writer.write(piece) }
            })
    }

    private func problem(_ error: HTTPClientError, _ endpoint: EndpointDescription, _ context: RequestContext) -> any Error {
        let service = endpoint.owner?.rawValue ?? "the service"
        context.log.warning("service did not answer", ["to": .string(service), "error": .error(error)])
        switch error {
        case .timedOut(.connection), .connectFailed, .overloaded, .shutDown:
            return Problem(.unavailable, detail: "\(service) cannot be reached at the moment")
        case .timedOut: return Problem(.gatewayTimeout, detail: "\(service) did not answer in time")
        default: return Problem(.badGateway, detail: "\(service) broke off or gave no valid answer")
        }
    }
}
