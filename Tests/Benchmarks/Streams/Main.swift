import EventLoop
import Glibc
import HTTPClient
import HTTPMessage

/// `benchmark-streams STREAMS SECONDS NAME=URL…`: reads so many streams of events at a time from each address in turn, with the token in
/// TOKEN, and prints how long events take to arrive. An event's data begins with the nanosecond at which it was written.
@main
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 3, let streams = Int(arguments[1]), let seconds = Int(arguments[2]), let token = getenv("TOKEN") else {
            print("usage: TOKEN=… benchmark-streams STREAMS SECONDS NAME=URL…")
            exit(64)
        }
        let servers = arguments.dropFirst(3).compactMap { Server($0) }
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(measuring(servers, streams, seconds, String(cString: token)))
    }

    private struct Server {
        let name: String
        let port: UInt16
        let path: String

        /// From `name=http://127.0.0.1:80/path`.
        init?(_ argument: String) {
            guard let match = argument.wholeMatch(of: #/([a-z]+)=http://127\.0\.0\.1:(\d+)(/.*)/#), let port = UInt16(match.2) else {
                return nil
            }
            (name, self.port, path) = (String(match.1), port, String(match.3))
        }
    }

    private static func measuring(_ servers: [Server], _ streams: Int, _ seconds: Int, _ token: String) -> (EventLoop) async throws -> Void
    {
        { loop in
            var first: [UInt64] = []
            for server in servers {
                let times = try await delays(loop, server, streams, seconds, token)
                if first.isEmpty { first = times }
                func at(_ part: Double, of times: [UInt64]) -> Double { Double(times[Int(part * Double(times.count - 1))]) / 1e6 }
                print(
                    "\(server.name): \(times.count / seconds) events a second in \(streams) streams, p50 \(rounded(at(0.5, of: times))) ms, p99 "
                        + "\(rounded(at(0.99, of: times))) ms, longest \(rounded(at(1, of: times))) ms; adds "
                        + "\(rounded(at(0.5, of: times) - at(0.5, of: first))) ms and \(rounded(at(0.99, of: times) - at(0.99, of: first))) ms"
                )
            }
            fflush(nil)
        }
    }

    /// From the writing of an event to its arrival, in nanoseconds, sorted. The first second is not counted.
    private static func delays(_ loop: EventLoop, _ server: Server, _ streams: Int, _ seconds: Int, _ token: String) async throws
        -> [UInt64]
    {
        var limits = HTTPClientLimits()
        limits.connections = streams
        let client = HTTPClient(on: loop, limits: limits)
        var times: [UInt64] = []
        times.reserveCapacity(streams * seconds * 64)
        let from = loop.now + .seconds(1)
        let until = from + .seconds(seconds)
        try await loop.withTaskScope { scope in
            for _ in 0..<streams {
                scope.spawn {
                    let request = HTTPClientRequest(
                        .get, server.path, fields: [.authorization: "Bearer " + token, .accept: "text/event-stream"])
                    let response = try await client.send(request, to: HTTPOrigin(host: "127.0.0.1", port: server.port))
                    guard response.status == .ok else { throw Refused(status: response.status.code) }
                    var parser = ServerSentEventParser()
                    var isOpen = true
                    while isOpen, let bytes = try await response.body.next() {
                        let now = loop.preciseNow
                        for event in try parser.consume(bytes) where now >= from {
                            isOpen = now < until
                            if isOpen, let written = UInt64(event.data) { times.append(now.nanoseconds - written) }
                        }
                    }
                    response.body.cancel()
                }
            }
        }
        // Fifty a second are due in each.
        guard times.count >= streams * seconds * 49 else { throw Late(count: times.count) }
        return times.sorted()
    }

    private struct Refused: Error { let status: Int }
    private struct Late: Error { let count: Int }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
