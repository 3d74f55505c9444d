package import HTTPMessage

/// Handlers by method and path template, and the answers where there is none.
package final class HTTPRoutes {
    private struct Entry {
        let handler: HTTPHandler
    }

    private var router = Router<Entry>()
    private let makeRefusal: (HTTPStatus, String) -> HTTPServerResponse

    /// No routes yet; `makeRefusal` answers 400, 404 and 405.
    package init(makeRefusal: @escaping (HTTPStatus, String) -> HTTPServerResponse = HTTPServerConfiguration().makeRefusal) {
        self.makeRefusal = makeRefusal
    }

    /// Adds a route: `routes.on(.get, "/things/{id}") { request in … }`.
    package func on(_ method: HTTPMethod, _ template: String, _ handler: @escaping HTTPHandler) {
        router.add(method, template, Entry(handler: handler))
    }

    /// Lets the handler of a request's route answer it.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        switch router.match(request.method, path: request.head.path) {
        case .found(let entry, let template, let parameters):
            request.route = template
            request.parameters = parameters
            return try await entry.handler(request)
        case .methodNotAllowed(let allow):
            var response = makeRefusal(.methodNotAllowed, "method not allowed")
            response.fields[.allow] = allow
            return response
        case .notFound:
            return makeRefusal(.notFound, "no such path")
        case .malformed:
            return makeRefusal(.badRequest, "malformed path")
        }
    }
}
