import EventLoop
import HTTPMessage
import HTTPServer
import Testing

/// In virtual time: a task that waits for a request is ended after a second, and that is not to be noticed.
@Suite("Connections between requests")
struct IdleTests {
    @Test(
        "requests are answered whatever the pauses between them, and until the connection has been idle for too long",
        .timeLimit(.minutes(15)), arguments: [UInt64(1), 2, 3])
    func pauses(seed: UInt64) throws {
        let simulation = Simulation(seed: seed)
        let loop = simulation.makeLoop()
        var address: SocketAddress?
        simulation.start(on: loop) {
            let listener = try loop.listen(on: .loopback(port: 0))
            address = listener.address
            try await HTTPServer(on: loop).serve(listener) { request in
                HTTPServerResponse(status: .ok, body: Array(request.path.utf8))
            }
        }
        simulation.run { address != nil }
        let client = simulation.makeLoop()
        let task = simulation.start(on: client) {
            let client = try await TestClient(address ?? .loopback(port: 1), on: client)
            var answers: [String] = []
            for (number, pause) in [0, 10, 10, 900, 999, 1000, 1001, 1300, 10, 10, 5000, 60_000, 10].enumerated() {
                try await client.stream.loop.sleep(for: .milliseconds(pause))
                // In two pieces, the second of which may find the task ended.
                try await client.send("GET /\(number) HTTP/1.1\r\n")
                try await client.stream.loop.sleep(for: .milliseconds(pause % 1500))
                try await client.send("Host: a\r\n\r\n")
                answers.append(try await client.answer()?.body ?? "none")
            }
            try await client.stream.loop.sleep(for: .seconds(90))
            return answers + [try await client.rest()]
        }
        var answers: [String] = []
        let reading = simulation.start(on: client) { answers = try await task.value }
        #expect(simulation.run { reading.isDone })
        #expect(answers == (0..<13).map { "/\($0)" } + [""])
    }
}
