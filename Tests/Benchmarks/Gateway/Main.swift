import EventLoop
import Glibc
import HTTPMessage
import HTTPServer
import Support

/// What a gateway under load has behind it: an issuer of tokens, and a service that answers 60 bytes of JSON, or with a stream of 50 events a
/// second that say when they were written. Prints the gateway's settings and a token, then serves until it is ended.
@main
enum Main {
    private static let body = Array(#"{"data":[],"cursor":"01h455vb4pex5vsknk084","hasMore":false}"#.utf8)

    static func main() throws {
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(serving())
    }

    private static func write(to writer: HTTPBodyWriter, _ loop: EventLoop) async throws {
        // Streams begin at moments of their own.
        var due = loop.preciseNow + .microseconds(Int64(loop.random.next() % 20_000))
        for number in 1... {
            try await loop.sleep(until: due)
            var bytes: [UInt8] = []
            ServerSentEvent(id: String(number), event: "message.delta", data: String(loop.preciseNow.nanoseconds)).write(into: &bytes)
            try await writer.write(bytes)
            due = due + .milliseconds(20)
        }
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

            try await HTTPServer(on: loop).serve(listener) { request in
                if request.path == "/api/v1/agents" {
                    return HTTPServerResponse(status: .ok, fields: [.contentType: "application/json"], body: body)
                }
                guard request.path.hasSuffix("/events") else { return HTTPServerResponse(status: .notFound) }
                return HTTPServerResponse(
                    status: .ok, fields: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
                    body: .stream(length: nil) { try await write(to: $0, loop) })
            }
        }
    }
}
