/// Answers a request.
package typealias HTTPHandler = (HTTPServerRequest) async throws -> HTTPServerResponse

/// Finds the handler that answers a request.
typealias HTTPHandlerFinder = (HTTPServerRequest) -> HTTPHandler

/// Stands before a handler: may answer itself, or change the request or the response on the way.
package typealias HTTPMiddleware = (HTTPServerRequest, @escaping HTTPHandler) async throws -> HTTPServerResponse

/// The handler behind these middlewares, the first of which sees the request first.
package func wrap(_ handler: @escaping HTTPHandler, in middlewares: [HTTPMiddleware]) -> HTTPHandler {
    middlewares.reversed().reduce(handler) { next, middleware in
        { request in try await middleware(request, next) }
    }
}
