/// Answers a request.
package typealias HTTPHandler = (HTTPServerRequest) async throws -> HTTPServerResponse

/// Finds the handler that answers a request.
typealias HTTPHandlerFinder = (HTTPServerRequest) -> HTTPHandler
