import EventLoop
import Glibc
import HTTPMessage
import HTTPServer
import Support

/// What a gateway under load has behind it: an issuer of tokens, and a service that answers 60 bytes of JSON. Prints the gateway's
/// settings and a token, then serves until it is ended.
@main
enum Main {
    private static let body = Array(#"{"data":[],"cursor":"01h455vb4pex5vsknk084","hasMore":false}"#.utf8)

    static func main() throws {
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(serving())
    }

    private static func serving() -> (EventLoop) async throws -> Void {
        { loop in
            let issuer = try TestIssuer(on: loop)
            let listener = try loop.listen(on: .loopback(port: 0))
            var settings = issuer.environment
            settings["AGENT_URL"] = "http://127.0.0.1:\(listener.address.port ?? 0)"
            for (name, value) in settings { print("\(name)=\(value)") }
            print("TOKEN=\(try issuer.token(for: issuer.makePerson(), lifetime: 86_400))")
            fflush(nil)

            let routes = HTTPRoutes()
            routes.on(.get, "/api/v1/agents") { _ in
                var response = HTTPServerResponse(status: .ok, body: body)
                response.fields.append(.contentType, "application/json")
                return response
            }
            try await HTTPServer(on: loop).serve(listener, routes.handle)
        }
    }
}
