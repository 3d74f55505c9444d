import Foundation
import Testing

/// `deploy/database/service.sql`, where no superuser is to be had, as in a managed PostgreSQL.
@Suite("deploy/database")
struct DatabaseRoleTests {
    /// Runs statements or a file with psql as a role.
    private func psql(_ role: String, _ database: String, _ arguments: [String]) async throws -> String {
        let server = ProcessInfo.processInfo.environment["TROUPE_TEST_POSTGRES"] ?? ""
        var parts = try #require(URLComponents(string: server))
        parts.user = role
        parts.path = "/" + database
        let address = try #require(parts.string)
        return try await Command.succeed(
            "/usr/bin/env",
            ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1", "--dbname", address] + arguments,
            environment: ["PATH": StandIn.path]
        ).text.trimmingCharacters(in: .newlines)
    }

    @Test("a role that may make roles and databases, and nothing else, makes a service's place, twice", .timeLimit(.minutes(15)))
    func withoutSuperuser() async throws {
        let name = "place_" + UUID().uuidString.prefix(8).lowercased(), maker = name + "_maker"
        _ = try await psql("postgres", "postgres", ["--command", "CREATE ROLE \(maker) LOGIN CREATEROLE CREATEDB"])
        let outcome: Result<Void, any Error>
        do {
            _ = try await psql(maker, "postgres", ["--command", "CREATE DATABASE \(name)"])
            for _ in 0..<2 {
                _ = try await psql(
                    maker, name, ["--set", "service=" + name, "--file", Repository.file("deploy/database/service.sql").path])
            }
            // The owner makes a table there, the service may not.
            _ = try await psql(
                name + "_owner", name, ["--command", "CREATE TABLE things (id int); GRANT SELECT ON things TO \(name)"])
            #expect(try await psql(name, name, ["--command", "SELECT count(*) FROM things"]) == "0")
            await #expect(throws: Command.Failure.self) { try await psql(name, name, ["--command", "CREATE TABLE others (id int)"]) }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        // A database and roles are the server's, which other tests use, too.
        _ = try await psql(
            "postgres", "postgres",
            [
                "--command", "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", "--command", "DROP ROLE IF EXISTS \(name), \(name)_owner",
                "--command", "DROP ROLE \(maker)",
            ])
        try outcome.get()
    }
}
