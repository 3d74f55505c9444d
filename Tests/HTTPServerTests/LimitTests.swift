import EventLoop
import HTTPMessage
import HTTPServer
import Support
import Testing

@Suite("Limits of time and number, and shutting down", .timeLimit(.minutes(15)))
struct LimitTests {
    @Test("an idle connection is closed without a word")
    func idle() throws {
        try withSimulatedServer(HTTPServerConfiguration(), handler: echo) { server, address in
            let fresh = try await TestClient(address, on: server.loop)
            let used = try await TestClient(address, on: server.loop)
            try await used.send(get)
            #expect(try await used.answer()?.status == 200)
            let begin = server.loop.now
            #expect(try await fresh.rest() == "")
            #expect(try await used.rest() == "")
            #expect(server.loop.now - begin == HTTPServerConfiguration().idleTimeout)
        }
    }

    @Test("a head that takes too long is answered with 408, however busily it trickles")
    func slowHead() throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = .milliseconds(60)
        try withSimulatedServer(configuration, handler: echo) { server, address in
            let client = try await TestClient(address, on: server.loop)
            let trickle = server.loop.spawn {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n")
                while true {
                    try await client.send("A: b\r\n")
                    try await server.loop.sleep(for: .milliseconds(10))
                }
            }
            #expect(try await client.answer()?.status == 408)
            trickle.cancel()
        }
    }

    @Test("a body that pauses for too long is answered with 408")
    func slowBody() throws {
        var configuration = HTTPServerConfiguration()
        configuration.bodyTimeout = .milliseconds(40)
        try withSimulatedServer(configuration, handler: echo) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
            #expect(try await client.answer()?.status == 408)
            #expect(try await client.rest() == "")
        }
    }

    @Test("the handler may take longer than any of the limits")
    func slowHandler() throws {
        var configuration = HTTPServerConfiguration()
        configuration.bodyTimeout = .milliseconds(200)
        configuration.headTimeout = .milliseconds(200)
        configuration.idleTimeout = .milliseconds(200)
        configuration.writeTimeout = .milliseconds(200)
        try withSimulatedServer(
            configuration,
            handler: { request in
                try await request.loop.sleep(for: .milliseconds(450))
                return try await echo(request)
            }
        ) { server, address in
            let client = try await TestClient(address, on: server.loop)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await client.answer()?.body == "POST / abc")
        }
    }

    @Test("connections above the limits are turned away with 503", arguments: [true, false])
    func connections(perAddress: Bool) async throws {
        var configuration = HTTPServerConfiguration()
        if perAddress { configuration.maximumConnectionsPerClient = 2 } else { configuration.maximumConnections = 2 }
        try await withServer(configuration, handler: echo) { server, address in
            let first = try await TestClient(address, on: server.loop)
            let second = try await TestClient(address, on: server.loop)
            for client in [first, second] {
                try await client.send(get)
                #expect(try await client.answer()?.status == 200)
            }
            let third = try await TestClient(address, on: server.loop)
            #expect(try await third.answer()?.status == 503)
            // One that leaves makes room.
            first.stream.close()
            try await server.loop.eventually { server.connectionCount == 1 }
            let fourth = try await TestClient(address, on: server.loop)
            try await fourth.send(get)
            #expect(try await fourth.answer()?.status == 200)
        }
    }

    @Test("the address of a client is its network with IPv6, and nothing with a unix socket")
    func addresses() throws {
        func client(_ host: String) -> ClientAddress { ClientAddress(SocketAddress(numeric: host, port: 1)) }
        #expect(client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff::9") && client("2001:db8:1:2::1") != client("2001:db8:1:3::1"))
        #expect(client("192.0.2.1") == client("::ffff:192.0.2.1") && client("192.0.2.1") != client("192.0.2.2"))
        #expect(ClientAddress(.unix("/tmp/socket")) == .unknown)
    }

    @Test("shutting down lets requests under way finish and closes the others")
    func drain() async throws {
        try await withLoop { loop in
            let port = try ReservedPort()
            let listener = try loop.listen(on: port.address)
            let server = HTTPServer(on: loop)
            let begun = Signal(on: loop)
            let serving = loop.spawn {
                try await server.serve(listener) { request in
                    if request.head.target != "/slow" { return HTTPServerResponse(status: .ok) }
                    begun.notify()
                    try await loop.sleep(for: .milliseconds(30))
                    return HTTPServerResponse(status: .ok, body: Array("done".utf8))
                }
            }
            let idle = try await TestClient(listener.address, on: loop)
            try await idle.send(get)
            #expect(try await idle.answer()?.status == 200)
            let busy = try await TestClient(listener.address, on: loop)
            try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await begun.wait(atMost: .seconds(60)))
            let stopping = loop.spawn { await server.shutdown(deadline: .seconds(120)) }
            #expect(try await idle.rest() == "")
            let answer = try #require(try await busy.answer())
            #expect(answer.body == "done")
            #expect(answer.fields["connection"] == "close")
            try await stopping.value
            try await serving.value
            #expect(server.connectionCount == 0)
            await #expect(throws: SocketError.self) { _ = try await loop.connect(to: port.address) }
        }
    }

    @Test("shutting down ends what is not finished by the deadline")
    func deadline() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            let server = HTTPServer(on: loop)
            let begun = Signal(on: loop)
            var thrown: (any Error)?
            let serving = loop.spawn {
                try await server.serve(listener) { _ in
                    begun.notify()
                    do { try await loop.sleep(for: .seconds(60)) } catch { thrown = error }
                    return HTTPServerResponse(status: .ok)
                }
            }
            let client = try await TestClient(listener.address, on: loop)
            try await client.send(get)
            #expect(try await begun.wait(atMost: .seconds(60)))
            await server.shutdown(deadline: .milliseconds(20))
            try await serving.value
            #expect(thrown is CancellationError)
            #expect(try await client.rest() == "")
        }
    }
}
