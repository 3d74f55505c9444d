package import EventLoop
internal import Glibc
package import PostgresClient

/// A test needs a PostgreSQL server, and none was named.
package struct NoPostgres: Error, CustomStringConvertible {
    package var description: String { "TROUPE_TEST_POSTGRES is not set to the connection string of a superuser; `make test` sets it" }
}

/// A database of a test's own.
package struct TestDatabase: Sendable {
    package let name: String
    private let server: String

    fileprivate init(name: String, server: String) {
        self.name = name
        self.server = server
    }

    /// How to connect to it, as the superuser or as `user`.
    package func configuration(user: String? = nil, tenantSetting: String? = nil) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(connection: server, tenantSetting: tenantSetting)
        configuration.settings["dbname"] = name
        configuration.settings["user"] = user
        return Self.patient(configuration)
    }

    /// The same for a service's configuration, as a connection string; of settings that are in it twice the last one counts.
    ///
    /// - Parameter folder: Of the socket, when it is not the server's own.
    package func connectionString(user: String, socketIn folder: String? = nil) -> String {
        var settings = ["dbname=\(name)", "user=\(user)"]
        if let folder { settings.append("host=\(folder)") }
        return server.hasPrefix("postgres")
            ? server + (server.contains("?") ? "&" : "?") + settings.joined(separator: "&")
            : server + " " + settings.joined(separator: " ")
    }

    /// On a busy machine, making a database takes its time.
    fileprivate static func patient(_ configuration: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = configuration
        configuration.statementTimeout = .seconds(120)
        configuration.lockTimeout = .seconds(120)
        configuration.connectTimeout = .seconds(120)
        return configuration
    }

    /// Makes what a service finds in a database: the roles `<service>` and `<service>_owner`, and the owner's schema `<service>`, first in both search paths.
    package func addService(_ service: String, _ loop: EventLoop) async throws {
        let server = PostgresClient(loop, Self.patient(PostgresConfiguration(connection: server)))
        let database = PostgresClient(loop, Self.patient(configuration()))
        defer {
            server.close()
            database.close()
        }
        let roles = [service, service + "_owner"]
        // Roles belong to the whole server, where other tests make the same ones at this moment; locks belong to one database.
        try await server.transaction { transaction in
            try await transaction.query("SELECT pg_advisory_xact_lock(hashtext('roles of services'))")
            for role in roles {
                let exists: Bool = try await transaction.query("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = \(role))").single()
                if !exists { try await transaction.query("CREATE ROLE \(unsafeSQL: role) LOGIN") }
            }
        }
        try await database.query("CREATE SCHEMA \(unsafeSQL: service) AUTHORIZATION \(unsafeSQL: roles[1])")
        try await database.query("GRANT USAGE ON SCHEMA \(unsafeSQL: service) TO \(unsafeSQL: service)")
        for role in roles {
            try await database.query(
                "ALTER ROLE \(unsafeSQL: role) IN DATABASE \(unsafeSQL: name) SET search_path = \(unsafeSQL: service), public")
        }
    }
}

/// Runs `body` with a new, empty database of the test server on a loop of its own, and drops it afterwards.
package func withDatabase<T: Sendable>(_ body: @escaping @Sendable (EventLoop, TestDatabase) async throws -> T) async throws -> T {
    guard let server = getenv("TROUPE_TEST_POSTGRES").map({ String(cString: $0) }), !server.isEmpty else { throw NoPostgres() }
    await DatabaseGate.shared.enter()
    let outcome: Result<T, any Error>
    do { outcome = .success(try await withNewDatabase(server, body)) } catch { outcome = .failure(error) }
    await DatabaseGate.shared.leave()
    return try outcome.get()
}

private func withNewDatabase<T: Sendable>(
    _ server: String, _ body: @escaping @Sendable (EventLoop, TestDatabase) async throws -> T
) async throws -> T {
    try await withLoop { loop in
        let administrator = PostgresClient(loop, TestDatabase.patient(PostgresConfiguration(connection: server)))
        defer { administrator.close() }
        let name = "test_" + String(loop.random.next(), radix: 36)
        try await administrator.query("CREATE DATABASE \(unsafeSQL: name)")
        let outcome: Result<T, any Error>
        do { outcome = .success(try await body(loop, TestDatabase(name: name, server: server))) } catch { outcome = .failure(error) }
        try await administrator.query("DROP DATABASE \(unsafeSQL: name) WITH (FORCE)")
        return try outcome.get()
    }
}

/// Lets some of a process's tests use databases at once: all of them together would take more connections than the server has.
private actor DatabaseGate {
    static let shared = DatabaseGate()
    private var free = 16
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Runs `body` with a client of a new, empty database, as the superuser; `configure` may change the client's limits.
package func withPostgres<T: Sendable>(
    _ configure: @escaping @Sendable (inout PostgresConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (EventLoop, PostgresClient) async throws -> T
) async throws -> T {
    try await withDatabase { loop, database in
        var configuration = database.configuration()
        configure(&configuration)
        let client = PostgresClient(loop, configuration)
        defer { client.close() }
        return try await body(loop, client)
    }
}
