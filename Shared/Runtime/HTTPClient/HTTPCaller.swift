/// Whatever sends requests: `HTTPClient` to other services, the client of `ExternalHTTP` to the outside world.
package protocol HTTPCaller: AnyObject {
    /// Sends a request and returns when the head of its response is there; the body is read by the caller.
    /// Throws `HTTPClientError`, or `CancellationError` when the calling task is cancelled.
    func send(_ request: HTTPClientRequest, to origin: HTTPOrigin) async throws -> HTTPClientResponse
}
