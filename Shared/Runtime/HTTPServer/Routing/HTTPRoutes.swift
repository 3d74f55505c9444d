package import HTTPMessage

/// Handlers by method and path template, and the answers where there is none.
package final class HTTPRoutes {
    /// A handler within a type of its own: as the element of an array it would be called through two more functions.
    private struct Entry {
        let handler: HTTPHandler
    }

    // Unchecked: to look a route up changes nothing, and calls nothing that could add one.
    @exclusivity(unchecked) private var router = Router()
    @exclusivity(unchecked) private var entries: [Entry] = []
    private let makeRefusal: (HTTPStatus, String) -> HTTPServerResponse

    /// No routes yet; `makeRefusal` answers 400, 404 and 405.
    package init(makeRefusal: @escaping (HTTPStatus, String) -> HTTPServerResponse = HTTPServerConfiguration().makeRefusal) {
        self.makeRefusal = makeRefusal
    }

    /// Adds a route: `routes.on(.get, "/things/{id}") { request in … }`.
    package func on(_ method: HTTPMethod, _ template: String, _ handler: @escaping HTTPHandler) {
        router.add(method, template)
        entries.append(Entry(handler: handler))
    }

    /// Lets the handler of a request's route answer it.
    package func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        try await handler(for: request)(request)
    }

    /// The handler of a request's route, or one that answers that there is none.
    func handler(for request: HTTPServerRequest) -> HTTPHandler {
        switch router.match(request.method, target: request.head.target) {
        case .found(let number, let template, let parameters):
            request.route = template
            request.parameters = parameters
            return entries[number].handler
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
