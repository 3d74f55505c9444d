import EventLoop
import PostgresClient
import Support
import Testing

@Suite("Single statements", .timeLimit(.minutes(15)))
struct StatementTests {
    @Test("statements of many tasks share a connection, and none shares another's failure")
    func independent() async throws {
        try await withPostgres { loop, client in
            try await client.query("CREATE TABLE numbers (n bigint PRIMARY KEY)")
            var outcomes: [Int: PostgresError?] = [:]
            try await loop.withTaskScope { scope in
                for number in 0..<200 {
                    scope.spawn {
                        do {
                            try await client.query("INSERT INTO numbers VALUES (\(number / 2))")
                            outcomes[number] = .some(nil)
                        } catch let error as PostgresError {
                            outcomes[number] = error
                        }
                    }
                }
            }
            #expect(outcomes.count == 200)
            #expect(outcomes.values.filter { $0 == nil }.count == 100)
            #expect(outcomes.values.compactMap { $0?.constraint } == Array(repeating: "numbers_pkey", count: 100))
            #expect(try await client.query("SELECT count(*) FROM numbers").single() == 100)
            #expect(client.counters.connectionsOpened == 1)
            #expect(client.counters.errors == 100)
        }
    }

    @Test("an error carries the code and the names, and its description no value")
    func errors() async throws {
        try await withPostgres { _, client in
            try await client.query("CREATE TABLE people (name text NOT NULL UNIQUE, age int CHECK (age > 0))")
            try await client.query("INSERT INTO people VALUES (\("Ada"), 36)")
            var error = await #expect(throws: PostgresError.self) { _ = try await client.query("INSERT INTO people VALUES (\("Ada"), 36)") }
            #expect(error?.state == .uniqueViolation)
            #expect(error?.constraint == "people_name_key")
            #expect(error?.serverError?.table == "people")
            #expect(error?.serverError?.detail == "Key (name)=(Ada) already exists.")
            #expect(error?.description.contains("Ada") == false)
            error = await #expect(throws: PostgresError.self) { _ = try await client.query("INSERT INTO people VALUES (\("Bo"), -1)") }
            #expect(error?.state == .checkViolation)
            error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT \("secret")::uuid") }
            #expect(error?.state?.rawValue == "22P02")
            #expect(error.map { "\($0)\(String(reflecting: $0))".contains("secret") } == false)
            error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELEC 1") }
            #expect(error?.state?.rawValue == "42601")
        }
    }

    @Test("a constraint that is checked at the commit fails its statement")
    func deferredConstraint() async throws {
        try await withPostgres { _, client in
            try await client.query("CREATE TABLE nodes (id int PRIMARY KEY, parent int REFERENCES nodes DEFERRABLE INITIALLY DEFERRED)")
            let error = await #expect(throws: PostgresError.self) { _ = try await client.query("INSERT INTO nodes VALUES (1, 2)") }
            #expect(error?.state == .foreignKeyViolation)
            #expect(try await client.query("SELECT count(*) FROM nodes").single() == 0)
        }
    }

    @Test(
        "what would change the session for others is refused",
        arguments: [
            "BEGIN", "set x = 1", " /* a /* b */ c */ -- d\n COMMIT", "COPY t FROM STDIN", "LISTEN x", ";ROLLBACK",
        ])
    func sessionControl(sql: String) async throws {
        try await withPostgres { _, client in
            await #expect(throws: PostgresError.self) { _ = try await client.query(PostgresQuery(unsafeSQL: sql)) }
            #expect(client.counters.statements == 0)
        }
    }

    @Test("a statement whose table has changed is prepared anew")
    func changedTable() async throws {
        try await withPostgres { _, client in
            try await client.query("CREATE TABLE things (a int)")
            try await client.query("INSERT INTO things VALUES (1)")
            let query: PostgresQuery = "SELECT t.* FROM things t"
            #expect(try await client.query(query)[0].count == 1)
            try await client.query("ALTER TABLE things ADD COLUMN b int DEFAULT 5")
            #expect(try await client.query(query)[0].decode((Int, Int).self) == (1, 5))
            try await client.query("SELECT pg_catalog.set_config('a.b', 'c', true)")
        }
    }

    @Test("a statement that the server has forgotten is prepared anew")
    func forgottenStatement() async throws {
        try await withPostgres { _, client in
            try await client.query("CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
            #expect(try await client.query("SELECT \(7) + 1").single() == 8)
            try await client.query("SELECT forget()")
            #expect(try await client.query("SELECT \(7) + 1").single() == 8)
        }
    }

    @Test("a statement is prepared once, whatever its values, and is told from others by its fragments")
    func preparation() async throws {
        try await withPostgres { _, client in
            for number in 0..<3 {
                let sum: PostgresQuery = "\(number) + 1"
                #expect(try await client.query("SELECT \(fragment: sum)").single() == number + 1)
                #expect(try await client.query("SELECT \(fragment: "1")").single() == 1)
            }
            let texts = try await client.query(
                "SELECT statement FROM pg_prepared_statements WHERE statement LIKE \("%1") ORDER BY statement")
            #expect(try texts.map { try $0.decode(String.self, at: 0) } == ["SELECT $1 + 1", "SELECT 1"])
        }
    }

    @Test("statements beyond the cache's capacity are forgotten by the server too")
    func eviction() async throws {
        try await withPostgres { _, client in
            for number in 0..<300 { try await client.query("SELECT \(unsafeSQL: "\(number)")") }
            let kept: Int = try await client.query("SELECT count(*) FROM pg_prepared_statements").single()
            #expect(kept <= 257)
            #expect(client.counters.errors == 0)
        }
    }

    @Test("a cancelled task stops waiting, and its connection goes on")
    func cancellation() async throws {
        try await withPostgres { loop, client in
            let lock = try await HeldLock(loop, client)
            let task = loop.spawn { try await client.query("SELECT pg_advisory_xact_lock(1)") }
            let behind = loop.spawn { try await client.query("SELECT \(1)").single(Int.self) }
            try await lock.waitForWaiter()
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            try await lock.release()
            #expect(try await behind.value == 1)
            #expect(client.counters.connectionsLost == 0)
        }
    }

    @Test("a statement may not run longer than the limit")
    func statementTimeout() async throws {
        try await withPostgres {
            // After twice as long the server itself is given up.
            $0.statementTimeout = .seconds(10)
        } _: { _, client in
            let error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT pg_sleep(1000)") }
            #expect(error?.state == .queryCanceled)
            let next: Int = try await client.query("SELECT 1").single()
            #expect(next == 1)
        }
    }

    @Test("more statements than may wait are turned away at once")
    func overload() async throws {
        try await withPostgres {
            $0.waitingLimit = 10
        } _: { loop, client in
            var refused = 0
            try await loop.withTaskScope { scope in
                for _ in 0..<20 {
                    scope.spawn {
                        do { try await client.query("SELECT 1") } catch PostgresError.overloaded { refused += 1 }
                    }
                }
            }
            #expect(refused == 10)
        }
    }
}
