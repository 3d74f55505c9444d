import HTTPMessage
import HTTPServer

/// Handlers by method and path template, and the answers where there is none.
final class HTTPRoutes {
    private var router = Router()
    private var handlers: [HTTPHandler] = []

    /// Adds a route: `routes.on(.get, "/things/{id}") { request in … }`.
    func on(_ method: HTTPMethod, _ template: String, _ handler: @escaping HTTPHandler) {
        router.add(method, template)
        handlers.append(handler)
    }

    /// Lets the handler of a request's route answer it.
    func handle(_ request: HTTPServerRequest) async throws -> HTTPServerResponse {
        switch router.match(request.method, target: request.head.target) {
        case .found(let number, _, let parameters):
            request.parameters = parameters
            return try await handlers[number](request)
        case .methodNotAllowed(let allow): return HTTPServerResponse(status: .methodNotAllowed, fields: [.allow: allow])
        case .notFound: return HTTPServerResponse(status: .notFound)
        case .malformed: return HTTPServerResponse(status: .badRequest)
        }
    }
}
