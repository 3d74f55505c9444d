/// Answers a request.
package typealias HTTPHandler = (HTTPServerRequest) async throws -> HTTPServerResponse
