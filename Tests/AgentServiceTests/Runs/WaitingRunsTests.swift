import AgentService
import EventLoop
import Journal
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Runs that wait", .timeLimit(.minutes(15)))
struct WaitingRunsTests {
    @Test("who looks for runs does not read those that wait")
    func unread() async throws {
        try await withAgentDatabase { loop, database in
            let administrator = PostgresClient(loop, database.configuration())
            let client = PostgresClient(loop, database.configuration(user: "agent", tenantSetting: DatabaseConfiguration.tenantSetting))
            defer {
                administrator.close()
                client.close()
            }
            try await administrator.query(
                """
                INSERT INTO agent.live_runs
                    (run_id, organization_id, conversation_id, journal_version, epoch, head, shown_limit, wake_at)
                SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 3, 2, 6, 6, now() + interval '7 days'
                FROM generate_series(1, 10000)
                """)
            try await administrator.query("ANALYZE agent.live_runs")
            #expect(try await PostgresJournal(client, .run).claim(atMost: 32, for: WorkerID(loop.makeID())) == [])
            // The connection that claimed tells how.
            let statement = try #require(
                try await client.acrossTenants().submit(["SELECT name FROM pg_prepared_statements WHERE statement LIKE '%SKIP LOCKED%'"])[0]
                    .first
            ).decode(String.self, at: 0)
            let worker = "'00000000-0000-0000-0000-000000000001'"
            let plan = try await client.acrossTenants().submit([
                "EXPLAIN EXECUTE \(unsafeSQL: statement) (\(unsafeSQL: worker), 3, \(unsafeSQL: worker), 32)"
            ])[0].map { try $0.decode(String.self, at: 0) }.joined(separator: "\n")
            #expect(plan.contains("live_runs_by_wake") && !plan.contains("Seq Scan on live_runs"), "\(plan)")
        }
    }
}
