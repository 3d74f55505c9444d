import EventLoop
import HTTPMessage
import HTTPServer

/// Serves `GET /things/{id}` with 60 bytes of JSON on one loop; `compare.sh` measures it beside nginx.
@main
enum Main {
    private static let body = Array(#"{"id":"thing_01h455vb4pex5vsknk084sn02q","status":"active"}"#.utf8) + [0x0A]

    /// The fields that nginx sends too.
    private static let fields: HTTPFields = ["server": "swift", .contentType: "application/json"]

    static func main() throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 28_480
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(serving(port))
    }

    private static func makeRouter() -> Router {
        var router = Router()
        router.add(.get, "/things/{id}")
        return router
    }

    private static func serving(_ port: UInt16) -> (EventLoop) async throws -> Void {
        { loop in
            let router = makeRouter()
            let server = HTTPServer(on: loop)
            try await server.serve(try loop.listen(on: .loopback(port: port))) { request in
                guard case .found = router.match(request.method, target: request.head.target) else {
                    return HTTPServerResponse(status: .notFound)
                }
                return HTTPServerResponse(status: .ok, fields: fields, body: body)
            }
        }
    }
}
