import EventLoop
import PostgresClient
import Support
import Testing

/// What callers are told when the connection, the server or the network goes away.
@Suite("Loss", .timeLimit(.minutes(15)))
struct LossTests {
    /// `client` reaches the database through the proxy, `observer` directly. There is a table `numbers (n bigint)`.
    private func withProxy(
        _ configure: @escaping @Sendable (inout PostgresConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (EventLoop, Relay, _ client: PostgresClient, _ observer: PostgresClient) async throws -> Void
    ) async throws {
        try await withDatabase { loop, database in
            let observer = PostgresClient(loop, database.configuration())
            try await observer.query("CREATE TABLE numbers (n bigint)")
            let port = try ReservedPort()
            let proxy = try Relay(on: loop, at: port.address, to: try await socketAddress(of: observer))
            var configuration = database.configuration()
            // By a name that has to be resolved.
            configuration.settings["host"] = "localhost"
            configuration.settings["port"] = "\(port.number)"
            configure(&configuration)
            let client = PostgresClient(loop, configuration)
            defer {
                client.close()
                observer.close()
                proxy.goDown()
            }
            // Some have so little time for a statement that a busy machine may take longer.
            try await loop.eventually { (try? await client.query("SELECT 1"))?.count == 1 }
            try await body(loop, proxy, client, observer)
        }
    }

    private static func count(_ client: PostgresClient) async throws -> Int {
        try await client.query("SELECT count(*) FROM numbers").single()
    }

    @Test("statements in flight when the server ends the session have an unknown outcome; the next one finds a new connection")
    func terminated() async throws {
        try await withPostgres { loop, client in
            let process: Int32 = try await client.query("SELECT pg_backend_pid()").single()
            let sleeper = loop.spawn { _ = try await client.query("SELECT pg_sleep(100)") }
            let behind = loop.spawn { _ = try await client.query("SELECT 1") }
            try await client.transaction { _ = try await $0.query("SELECT pg_terminate_backend(\(process))") }
            await #expect(throws: PostgresError.outcomeUnknown) { try await sleeper.value }
            await #expect(throws: PostgresError.outcomeUnknown) { try await behind.value }
            let another: Int32 = try await client.query("SELECT pg_backend_pid()").single()
            #expect(another != process)
            #expect(client.counters.connectionsLost == 1)
        }
    }

    @Test("a statement that was committed and whose answer was lost has an unknown outcome")
    func lostAnswer() async throws {
        try await withProxy { loop, proxy, client, observer in
            proxy.holdsAnswers = true
            let insert = loop.spawn { _ = try await client.query("INSERT INTO numbers VALUES (1)") }
            try await loop.eventually { try await Self.count(observer) == 1 }
            proxy.cut()
            await #expect(throws: PostgresError.outcomeUnknown) { try await insert.value }
            #expect(try await Self.count(client) == 1)
        }
    }

    @Test("what had not been sent waits for the new connection and is run once")
    func notSent() async throws {
        try await withProxy { loop, proxy, client, observer in
            proxy.holdsAnswers = true
            var outcomes: [PostgresError?] = []
            let all = loop.spawn {
                try await loop.withTaskScope { scope in
                    for number in 0..<300 {
                        scope.spawn {
                            do {
                                try await client.query("INSERT INTO numbers VALUES (\(number))")
                                outcomes.append(nil)
                            } catch let error as PostgresError { outcomes.append(error) }
                        }
                    }
                }
            }
            try await loop.eventually { try await Self.count(observer) == 256 }
            proxy.cut()
            try await all.value
            #expect(outcomes.filter { $0 == .outcomeUnknown }.count == 256)
            #expect(outcomes.filter { $0 == nil }.count == 44)
            #expect(try await Self.count(observer) == 300)
        }
    }

    @Test("while there is no server calls fail at once, and heal by themselves")
    func unavailable() async throws {
        try await withProxy { loop, proxy, client, _ in
            proxy.goDown()
            try await loop.eventually {
                do { return try await Self.count(client) < 0 } catch PostgresError.unavailable { return true } catch { return false }
            }
            for _ in 0..<100 {
                let error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT 1") }
                guard case .unavailable? = error else { throw error ?? .overloaded }
            }
            await #expect(throws: PostgresError.self) { _ = try await client.writer.submit(["SELECT 1"]) }
            await #expect(throws: PostgresError.self) { _ = try await client.transaction { _ = try await $0.query("SELECT 1") } }
            try proxy.goUp()
            try await loop.eventually { (try? await Self.count(client)) == 0 }
            try await loop.eventually { (try? await client.writer.submit(["SELECT 1"]))?.count == 1 }
            try await loop.eventually { (try? await client.transaction { try await $0.query("SELECT 1").count }) == 1 }
        }
    }

    @Test("a peer that accepts and says nothing is given up")
    func silentServer() async throws {
        try await withLoop { loop in
            let listener = try loop.listen(on: .loopback(port: 0))
            defer { listener.close() }
            var configuration = PostgresConfiguration(connection: "host=127.0.0.1 port=\(listener.address.port ?? 0) user=nobody")
            configuration.connectTimeout = .milliseconds(30)
            let client = PostgresClient(loop, configuration)
            let error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT 1") }
            #expect(error == .unavailable("connecting took more than 0.03 s"))
            client.close()
        }
    }

    @Test("a connection whose peer has gone silent is given up")
    func silentConnection() async throws {
        try await withProxy({ $0.statementTimeout = .seconds(4) }) { loop, proxy, client, _ in
            proxy.holdsAnswers = true
            await #expect(throws: PostgresError.outcomeUnknown) { _ = try await client.query("SELECT 1") }
            proxy.holdsAnswers = false
            try await loop.eventually { (try? await client.query("SELECT 1"))?.count == 1 }
        }
    }

    @Test("a transaction that is cut before its COMMIT has had no effect, and says so")
    func transactionCut() async throws {
        try await withProxy { _, proxy, client, observer in
            await #expect(throws: PostgresError.transactionLost) {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO numbers VALUES (1)")
                    proxy.cut()
                    try await transaction.query("INSERT INTO numbers VALUES (2)")
                }
            }
            #expect(try await Self.count(observer) == 0)
            try await client.transaction { _ = try await $0.query("INSERT INTO numbers VALUES (3)") }
            #expect(try await Self.count(observer) == 1)
        }
    }

    @Test("a COMMIT whose answer is lost has an unknown outcome")
    func commitCut() async throws {
        try await withProxy { loop, proxy, client, observer in
            let task = loop.spawn {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO numbers VALUES (1)")
                    proxy.holdsAnswers = true
                }
            }
            try await loop.eventually { try await Self.count(observer) == 1 }
            proxy.cut()
            await #expect(throws: PostgresError.outcomeUnknown) { try await task.value }
        }
    }

    @Test("a group of writes that is cut has an unknown outcome; what waited behind it is written")
    func writerCut() async throws {
        try await withProxy { loop, proxy, client, observer in
            _ = try await client.writer.submit(["SELECT 1"])
            proxy.holdsAnswers = true
            let first = loop.spawn { _ = try await client.writer.submit(["INSERT INTO numbers VALUES (1)"]) }
            try await loop.eventually { try await Self.count(observer) == 1 }
            let second = loop.spawn { _ = try await client.writer.submit(["INSERT INTO numbers VALUES (2)"]) }
            _ = try await Self.count(observer)
            proxy.cut()
            await #expect(throws: PostgresError.outcomeUnknown) { try await first.value }
            try await second.value
            #expect(try await Self.count(observer) == 2)
        }
    }

    @Test("a closed client refuses, and what it had not sent says so")
    func closed() async throws {
        try await withPostgres { loop, client in
            let early = loop.spawn { _ = try await client.query("SELECT 1") }
            let write = loop.spawn { _ = try await client.writer.submit(["SELECT 1"]) }
            while client.counters.connectionsOpened == 0, !early.isDone { try await loop.sleep(for: .zero) }
            client.close()
            _ = try? await early.value
            _ = try? await write.value
            await #expect(throws: PostgresError.notSent) { _ = try await client.query("SELECT 1") }
            await #expect(throws: PostgresError.notSent) { _ = try await client.writer.submit(["SELECT 1"]) }
            await #expect(throws: PostgresError.notSent) { _ = try await client.transaction { _ = try await $0.query("SELECT 1") } }
        }
    }
}
