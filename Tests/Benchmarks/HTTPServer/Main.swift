import EventLoop
import HTTPMessage
import HTTPServer

/// Serves `GET /things/{id}` with 60 bytes of JSON on one loop; `compare.sh` measures it beside nginx.
@main
enum Main {
    private static let body = Array(#"{"id":"thing_01h455vb4pex5vsknk084sn02q","status":"active"}"#.utf8) + [0x0A]

    static func main() throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 28_480
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(serving(port))
    }

    private static func serving(_ port: UInt16) -> (EventLoop) async throws -> Void {
        { loop in
            let routes = HTTPRoutes()
            routes.on(.get, "/things/{id}") { _ in
                var response = HTTPServerResponse(status: .ok, body: body)
                response.fields.append(.contentType, "application/json")
                return response
            }
            let server = HTTPServer(on: loop)
            try await server.serve(try loop.listen(on: .loopback(port: port)), routes)
        }
    }
}
