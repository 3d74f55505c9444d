internal import EventLoop
internal import HTTPClient
internal import HTTPMessage

extension ServiceProgram {
    /// What a container's health check runs: the process that serves with the same settings is asked whether it is ready, so an image
    /// needs no other program for it. Throws when it is not.
    static func checkHealth(host: String, port: Int) throws {
        guard let port = UInt16(exactly: port), port > 0 else {
            throw UsageError(description: "health needs the port of the process that serves in the settings, which is not 0")
        }
        let host = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        try EventLoop.run { loop in
            let client = HTTPClient(on: loop)
            defer { client.shutDown() }
            var request = HTTPClientRequest(.get, "/readyz")
            request.timeouts.connection = .seconds(2)
            request.timeouts.call = .seconds(4)
            let response = try await client.send(request, to: HTTPOrigin(host: host, port: port))
            guard response.status.isSuccess else { throw NotReady(status: response.status.code) }
        }
    }
}

/// A process answers, and says that it cannot serve.
struct NotReady: Error, CustomStringConvertible {
    let status: Int

    var description: String { "not ready: /readyz was answered with \(status)" }
}
