package import HTTPMessage

/// Handlers by method and path template, and the answers where there is none.
package final class HTTPRoutes {
    private var router = Router()
    private var handlers: [HTTPHandler] = []
    private let makeRefusal: (HTTPStatus, String) -> HTTPServerResponse

    /// No routes yet; `makeRefusal` answers 400, 404 and 405.
    package init(makeRefusal: @escaping (HTTPStatus, String) -> HTTPServerResponse = HTTPServerConfiguration().makeRefusal) {
        self.makeRefusal = makeRefusal
    }

    /// Adds a route: `routes.on(.get, "/things/{id}") { request in … }`.
    package func on(_ method: HTTPMethod, _ template: String, _ handler: @escaping HTTPHandler) {
        router.add(method, template)
        handlers.append(handler)
    }

    /// Lets the handler of a request's route answer it.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try await handler(for: request)(request)
    }

    /// Apart from `handle`, which keeps what it holds while the handler runs.
    @inline(never)
    private func handler(for request: HTTPServerRequest) -> HTTPHandler {
        switch router.match(request.method, target: request.head.target) {
        case .found(let number, let template, let parameters):
            request.route = template
            request.parameters = parameters
            return handlers[number]
        case .methodNotAllowed(let allow):
            return refusing(.methodNotAllowed, "method not allowed", ["allow": allow])
        case .notFound:
            return refusing(.notFound, "no such path")
        case .malformed:
            return refusing(.badRequest, "malformed path")
        }
    }

    private func refusing(_ status: HTTPStatus, _ reason: String, _ fields: HTTPFields = HTTPFields()) -> HTTPHandler {
        { [makeRefusal] _ in
            var response = makeRefusal(status, reason)
            response.fields.append(contentsOf: fields)
            return response
        }
    }
}
