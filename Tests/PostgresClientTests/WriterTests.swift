import EventLoop
import PostgresClient
import Support
import Testing

@Suite("The writer", .timeLimit(.minutes(15)))
struct WriterTests {
    private func withNumbers(_ body: @escaping @Sendable (EventLoop, PostgresClient) async throws -> Void) async throws {
        try await withPostgres { loop, client in
            try await client.query("CREATE TABLE numbers (n bigint PRIMARY KEY)")
            try await client.query("CREATE TABLE commits (n bigint, id xid8 DEFAULT pg_current_xact_id())")
            try await body(loop, client)
        }
    }

    @Test("what is submitted together is committed together, in few transactions")
    func groups() async throws {
        try await withNumbers { loop, client in
            var answers: [Int] = []
            try await loop.withTaskScope { scope in
                for number in 0..<1000 {
                    scope.spawn {
                        let rows = try await client.writer.submit(["INSERT INTO commits VALUES (\(number)) RETURNING n"])
                        try answers.append(rows[0].single())
                    }
                }
            }
            #expect(answers.sorted() == Array(0..<1000))
            let (rows, transactions): (Int, Int) = try await client.query("SELECT count(*), count(DISTINCT id::text) FROM commits")[0]
                .decode(
                    (Int, Int).self)
            #expect(rows == 1000)
            #expect(transactions <= 10)
        }
    }

    @Test("each submission is told its own outcome, and is written as a whole or not at all")
    func ownOutcome() async throws {
        try await withNumbers { loop, client in
            try await client.query("INSERT INTO numbers VALUES (7), (70)")
            var failed: [Int] = []
            try await loop.withTaskScope { scope in
                for number in 0..<100 {
                    scope.spawn {
                        do {
                            _ = try await client.writer.submit([
                                "INSERT INTO commits VALUES (\(number))", "INSERT INTO numbers VALUES (\(number))",
                            ])
                        } catch let error as PostgresError where error.constraint == "numbers_pkey" {
                            failed.append(number)
                        }
                    }
                }
            }
            #expect(failed.sorted() == [7, 70])
            #expect(try await client.query("SELECT count(*) FROM commits WHERE n NOT IN (7, 70)").single() == 98)
            #expect(try await client.query("SELECT count(*) FROM commits").single() == 98)
        }
    }

    @Test("submissions keep their order")
    func order() async throws {
        try await withNumbers { loop, client in
            try await client.query("CREATE TABLE log (place bigserial, n bigint)")
            try await loop.withTaskScope { scope in
                for number in 0..<300 {
                    scope.spawn { _ = try await client.writer.submit(["INSERT INTO log (n) VALUES (\(number))"]) }
                }
            }
            let order: [Int] = try await client.query("SELECT array_agg(n ORDER BY place) FROM log").single()
            #expect(order == Array(0..<300))
        }
    }

    @Test("what waits can be taken back by cancelling, what has been sent is told to the end")
    func cancellation() async throws {
        try await withNumbers { loop, client in
            let lock = try await HeldLock(loop, client)
            let statements: [[PostgresQuery]] = [
                ["SELECT pg_advisory_xact_lock(1)", "INSERT INTO numbers VALUES (0)"], ["INSERT INTO numbers VALUES (1)"],
                ["INSERT INTO numbers VALUES (2)"],
            ]
            let first = loop.spawn { _ = try await client.writer.submit(statements[0]) }
            try await lock.waitForWaiter()
            let tasks = [first] + statements[1...].map { queries in loop.spawn { _ = try await client.writer.submit(queries) } }
            // Whoever was spawned has begun by the time the server has answered again.
            try await client.query("SELECT 1")
            tasks[0].cancel()
            tasks[1].cancel()
            try await lock.release()
            try await tasks[0].value
            await #expect(throws: CancellationError.self) { try await tasks[1].value }
            try await tasks[2].value
            let written: [Int] = try await client.query("SELECT array_agg(n ORDER BY n) FROM numbers").single()
            #expect(written == [0, 2])
        }
    }

    @Test("a statement that begins a transaction of its own is refused")
    func sessionControl() async throws {
        try await withNumbers { _, client in
            await #expect(throws: PostgresError.self) { _ = try await client.writer.submit(["BEGIN"]) }
            let none = try await client.writer.submit([])
            #expect(none.isEmpty)
        }
    }
}
