import EventLoop
import PostgresClient
import Telemetry
import Testing

@testable import ToolExecutionService

@Suite("The lease of a process", .timeLimit(.minutes(15)))
struct NodeLeaseTests {
    @Test("who was taken for dead holds nothing under a new id before that is written down")
    func loss() async throws {
        try await withToolExecution { service in
            let (loop, database) = (service.loop, service.administrator)
            let log = Logger(service: "tests", level: .error, output: LogOutput(on: loop))
            let lease = NodeLease(loop: loop, database: database, address: "127.0.0.1:1", log: log)
            var losses: [PostgresUUID] = []
            lease.onLoss = { losses.append(lease.id) }
            try await lease.begin()
            let first = lease.id
            try await database.query("DELETE FROM tool_execution.nodes WHERE id = \(first)")
            try await database.query("ALTER TABLE tool_execution.nodes ADD CONSTRAINT refused CHECK (address <> '127.0.0.1:1')")
            await #expect(throws: PostgresError.self) { try await lease.beat() }
            #expect(lease.id == first && losses.isEmpty)
            try await database.query("ALTER TABLE tool_execution.nodes DROP CONSTRAINT refused")
            try await lease.beat()
            #expect(lease.id != first && losses == [lease.id])
            #expect(try await lease.isAlive(lease.id))
            try await lease.end()
        }
    }
}
