import EventLoop
import PostgresClient
import Support
import Testing

@Suite("Transactions", .timeLimit(.minutes(15)))
struct TransactionTests {
    private struct Refusal: Error, Equatable {}

    private func withNumbers(
        _ configure: @escaping @Sendable (inout PostgresConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (EventLoop, PostgresClient) async throws -> Void
    ) async throws {
        try await withPostgres(configure) { loop, client in
            try await client.query("CREATE TABLE numbers (n bigint PRIMARY KEY)")
            try await body(loop, client)
        }
    }

    private static func numbers(_ client: PostgresClient) async throws -> [Int] {
        try await client.query("SELECT n FROM numbers ORDER BY n").map { try $0.decode(at: 0) }
    }

    @Test("what it wrote is there when it returns, and not when it throws")
    func commitAndRollBack() async throws {
        try await withNumbers { _, client in
            let sum: Int = try await client.transaction { transaction in
                try await transaction.queries(["INSERT INTO numbers VALUES (1)", "INSERT INTO numbers VALUES (\(2))"])
                return try await transaction.query("SELECT sum(n) FROM numbers").single()
            }
            #expect(sum == 3)
            await #expect(throws: Refusal()) {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO numbers VALUES (3)")
                    throw Refusal()
                }
            }
            #expect(try await Self.numbers(client) == [1, 2])
            #expect(client.counters.transactionsCommitted == 1)
            #expect(client.counters.transactionsRolledBack == 1)
            #expect(client.counters.connectionsOpened == 2)
        }
    }

    @Test("one that asked nothing costs nothing")
    func empty() async throws {
        try await withNumbers { _, client in
            let before = client.counters.statements
            try await client.transaction { _ in }
            #expect(client.counters.statements == before)
        }
    }

    @Test("a failed statement that is passed over does not look like a commit")
    func swallowedFailure() async throws {
        try await withNumbers { _, client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO numbers VALUES (1)")
                    _ = try? await transaction.query("INSERT INTO numbers VALUES (1)")
                }
            }
            #expect(error == .refused("a statement of the transaction had failed"))
            #expect(try await Self.numbers(client) == [])
            try await client.transaction { _ = try await $0.query("INSERT INTO numbers VALUES (1)") }
        }
    }

    @Test("a serialization failure is told as one that may be tried again")
    func serialization() async throws {
        try await withNumbers { _, client in
            try await client.query("INSERT INTO numbers VALUES (1)")
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction { first in
                    try await first.run(unsafeScript: Self.serializable)
                    let seen: Int = try await first.query("SELECT max(n) FROM numbers").single()
                    try await Self.bump(client)
                    try await first.query("INSERT INTO numbers VALUES (\(seen + 10))")
                }
            }
            #expect(error?.state == .serializationFailure)
            #expect(try await Self.numbers(client) == [1, 2])
        }
    }

    private static let serializable = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"

    /// A transaction of another client, in a task that holds none.
    private static func bump(_ client: PostgresClient) async throws {
        let outside = OtherTask()
        try await outside.run(client.loop) {
            try await client.transaction { second in
                try await second.run(unsafeScript: serializable)
                let seen: Int = try await second.query("SELECT max(n) FROM numbers").single()
                try await second.query("INSERT INTO numbers VALUES (\(seen + 1))")
            }
        }
    }

    @Test("inside it the client's shared connections are out of reach, and afterwards within")
    func noSharedConnection() async throws {
        try await withNumbers { loop, client in
            let outlasting = Signal(on: loop)
            var later: LoopTask<Int>?
            try await client.transaction { transaction in
                try await transaction.query("SELECT 1")
                let error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT 1") }
                #expect(error == .refused("inside a transaction only the transaction itself may be used"))
                await #expect(throws: PostgresError.self) { _ = try await client.writer.submit(["SELECT 1"]) }
                await #expect(throws: PostgresError.self) { try await client.transaction { _ in } }
                later = loop.spawn {
                    try await outlasting.wait(atMost: .seconds(60))
                    return try await client.query("SELECT 1").single()
                }
            }
            try await loop.eventually {
                outlasting.notify(); return later?.isDone == true
            }
            #expect(try await later?.value == 1)
        }
    }

    @Test("it cannot be used after its end")
    func afterItsEnd() async throws {
        try await withNumbers { _, client in
            let kept = try await client.transaction { transaction in
                try await transaction.query("SELECT 1")
                return transaction
            }
            await #expect(throws: PostgresError.refused("the transaction has ended")) { _ = try await kept.query("SELECT 1") }
        }
    }

    @Test("no more run at once than there are connections; the others wait their turn")
    func pool() async throws {
        try await withNumbers({ $0.transactionConnections = 2 }) { loop, client in
            var (running, most) = (0, 0)
            let change = Signal(on: loop)
            try await loop.withTaskScope { scope in
                for number in 0..<20 {
                    scope.spawn {
                        try await client.transaction { transaction in
                            running += 1
                            most = max(most, running)
                            change.notify()
                            // The first one goes on when there is a second one.
                            try await change.wait { most < 2 }
                            try await transaction.query("INSERT INTO numbers VALUES (\(number))")
                            running -= 1
                        }
                    }
                }
            }
            #expect(most == 2)
            #expect(try await Self.numbers(client) == Array(0..<20))
            #expect(client.counters.connectionsOpened == 3)
        }
    }

    @Test("one that waits too long for a connection is turned away")
    func poolTimeout() async throws {
        try await withNumbers({ ($0.transactionConnections, $0.connectTimeout) = (1, .seconds(10)) }) { loop, client in
            let release = Signal(on: loop)
            var isHeld = false
            let holder = loop.spawn {
                try await client.transaction { transaction in
                    try await transaction.query("SELECT 1")
                    isHeld = true
                    try await release.wait { isHeld }
                }
            }
            try await loop.eventually { isHeld }
            await #expect(throws: PostgresError.overloaded) { try await client.transaction { _ = try await $0.query("SELECT 1") } }
            isHeld = false
            release.notify()
            try await holder.value
            try await client.transaction { _ = try await $0.query("SELECT 1") }
        }
    }

    @Test("cancelling its task ends the running statement on the server and rolls back")
    func cancellation() async throws {
        try await withNumbers { loop, client in
            var process: Int32 = 0
            let task = loop.spawn {
                try await client.transaction { transaction in
                    try await transaction.query("INSERT INTO numbers VALUES (1)")
                    process = try await transaction.query("SELECT pg_backend_pid()").single()
                    try await transaction.query("SELECT pg_sleep(100)")
                }
            }
            try await loop.eventually {
                try await client.query("SELECT count(*) FROM pg_stat_activity WHERE pid = \(process) AND query ~ 'pg_sleep'").single() == 1
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await loop.eventually {
                try await client.query("SELECT count(*) FROM pg_stat_activity WHERE pid = \(process)").single() == 0
            }
            #expect(try await Self.numbers(client) == [])
            try await client.transaction { _ = try await $0.query("INSERT INTO numbers VALUES (1)") }
        }
    }

    @Test("a script runs many statements, and fails as a whole")
    func script() async throws {
        try await withNumbers { _, client in
            try await client.transaction { transaction in
                try await transaction.run(unsafeScript: "INSERT INTO numbers VALUES (1); SELECT 1; -- two\nINSERT INTO numbers VALUES (2);")
                try await transaction.query("INSERT INTO numbers VALUES (3)")
            }
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction {
                    try await $0.run(unsafeScript: "INSERT INTO numbers VALUES (4); INSERT INTO numbers VALUES (1)")
                }
            }
            #expect(error?.state == .uniqueViolation)
            #expect(try await Self.numbers(client) == [1, 2, 3])
        }
    }
}

/// Runs something in a task that was not started inside a transaction: task-local values are not handed on through the loop's executor.
private struct OtherTask {
    func run(_ loop: EventLoop, _ body: @escaping () async throws -> Void) async throws {
        var task: LoopTask<Void>?
        let started = Signal(on: loop)
        loop.schedule(after: .zero) {
            task = loop.spawn(body)
            started.notify()
        }
        try await started.wait { task == nil }
        try await task?.value
    }
}
