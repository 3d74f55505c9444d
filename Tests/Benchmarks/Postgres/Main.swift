import EventLoop
import Glibc
import PostgresClient

/// Prints statements a second, and the client's processor time for each, of a serial caller and of many that share a connection, in one run.
/// TROUPE_TEST_POSTGRES names the server; a table of its own is made there and dropped.
@main
enum Main {
    static func main() throws {
        guard let server = getenv("TROUPE_TEST_POSTGRES").map({ String(cString: $0) }) else {
            return print("TROUPE_TEST_POSTGRES is not set")
        }
        // A closure written here would belong to the main actor, as `main` does.
        try EventLoop.run(measuring(server))
    }

    private static func measuring(_ server: String) -> (EventLoop) async throws -> Void {
        { loop in
            let client = PostgresClient(loop, PostgresConfiguration(connection: server, tenantSetting: "benchmark.tenant"))
            try await client.query("DROP TABLE IF EXISTS benchmark_items")
            try await client.query("CREATE TABLE benchmark_items AS SELECT g AS id, 'item ' || g AS name FROM generate_series(1, 1000) g")
            try await client.query("ALTER TABLE benchmark_items ADD PRIMARY KEY (id)")
            try await measureReads(loop, client)
            try await measureWrites(loop, client)
            try await client.query("DROP TABLE benchmark_items")
            client.close()
        }
    }

    private static func measureReads(_ loop: EventLoop, _ client: PostgresClient) async throws {
        let tenant = client.as(PostgresUUID(high: 1, low: 2))
        func read(_ database: some PostgresQueryable, _ number: Int) async throws {
            let rows = try await database.query("SELECT id, name FROM benchmark_items WHERE id = \(number % 1000 + 1)")
            guard try rows[0].decode((Int, String).self).0 == number % 1000 + 1 else { throw PostgresError.refused("a wrong row") }
        }
        let serial = try await measure(loop, "read, one caller", callers: 1, count: 20_000) { try await read(client.withoutTenant(), $0) }
        let shared = try await measure(loop, "read, 64 callers", callers: 64, count: 100_000) { try await read(client.withoutTenant(), $0) }
        let tenants = try await measure(loop, "read, 64 callers, each with its tenant", callers: 64, count: 100_000) {
            try await read(tenant, $0)
        }
        print(
            "64 callers share a connection: \(rounded(shared / serial)) times the statements of one; with a tenant \(rounded(tenants / serial))"
        )
    }

    private static func measureWrites(_ loop: EventLoop, _ client: PostgresClient) async throws {
        func write(_ number: Int) -> PostgresQuery { "UPDATE benchmark_items SET name = \("item") WHERE id = \(number % 1000 + 1)" }
        let single = try await measure(loop, "write, 64 callers, a commit each", callers: 64, count: 20_000) {
            try await client.query(write($0))
        }
        let grouped = try await measure(loop, "write, 64 callers, through the writer", callers: 64, count: 20_000) {
            _ = try await client.writer.submit([write($0)])
        }
        print("the writer commits \(rounded(grouped / single)) times as many")
    }

    /// Runs `body` `count` times from `callers` tasks, after a tenth of that to warm up; returns calls a second.
    private static func measure(
        _ loop: EventLoop, _ name: String, callers: Int, count: Int, _ body: @escaping (Int) async throws -> Void
    ) async throws -> Double {
        func run(_ count: Int) async throws {
            var next = 0
            try await loop.withTaskScope { scope in
                for _ in 0..<callers {
                    scope.spawn {
                        while next < count {
                            next += 1
                            try await body(next)
                        }
                    }
                }
            }
        }
        try await run(count / 10)
        let (start, processor) = (loop.preciseNow, processorTime())
        try await run(count)
        let rate = Double(count) / (loop.preciseNow - start).seconds
        let cost = (processorTime() - processor) / Double(count)
        print("\(name): \(Int(rate)) a second, \(rounded(cost)) µs of processor time each, \(peakMemory()) MB at most")
        return rate
    }

    /// Microseconds of processor time that this process has used.
    private static func processorTime() -> Double {
        let usage = usage()
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    private static func peakMemory() -> Int { usage().ru_maxrss / 1024 }

    private static func usage() -> rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
