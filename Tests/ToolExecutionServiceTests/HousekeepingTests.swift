import PostgresClient
import Testing

@testable import ToolExecutionService

@Suite("Housekeeping", .timeLimit(.minutes(15)))
struct HousekeepingTests {
    @Test("what is old is forgotten at once, however much it is")
    func forgets() async throws {
        try await withToolExecution { service in
            let database = service.administrator
            func insert(_ count: Int, daysOver days: Int) async throws {
                func age(_ kept: Int) -> String { "\(kept + days) days" }
                try await database.query(
                    """
                    INSERT INTO tool_execution.network_requests
                        (id, organization_id, user_id, sandbox_id, created_at, method, host, port, decision, is_complete)
                    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now() - interval '\(unsafeSQL: age(90))',
                        'GET', 'example.com', 443, 'allowed', true
                    FROM generate_series(1, \(count))
                    """)
                try await database.query(
                    """
                    INSERT INTO tool_execution.effects (key, organization_id, call_hash, kind, node_id, created_at)
                    SELECT gen_random_uuid()::text, gen_random_uuid(), '', 'code', gen_random_uuid(), now() - interval '\(unsafeSQL: age(7))'
                    FROM generate_series(1, \(count))
                    """)
                try await database.query(
                    """
                    INSERT INTO tool_execution.approvals (key, call_hash, organization_id, approved_at)
                    SELECT gen_random_uuid()::text, sha256(''), gen_random_uuid(), now() - interval '\(unsafeSQL: age(7))'
                    FROM generate_series(1, \(count))
                    """)
                try await database.query(
                    """
                    INSERT INTO tool_execution.sandboxes
                        (id, organization_id, user_id, language, timeout_s, node_id, status, created_at, used_at, ended_at)
                    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'bash', 1, gen_random_uuid(), 'ended', now(), now(),
                        now() - interval '\(unsafeSQL: age(30))'
                    FROM generate_series(1, \(count))
                    """)
                try await database.query(
                    """
                    INSERT INTO tool_execution.usage (organization_id, day, processor_us, output_bytes)
                    SELECT gen_random_uuid(), (now() - interval '\(unsafeSQL: age(90))')::date, 1, 1 FROM generate_series(1, \(count))
                    """)
            }
            try await insert(1700, daysOver: 1)
            try await insert(3, daysOver: -1)
            try await Housekeeping(database).tidy()
            for table in ["network_requests", "effects", "approvals", "sandboxes", "usage"] {
                let left = try await database.query("SELECT count(*) FROM tool_execution.\(unsafeSQL: table)").single(Int.self)
                #expect(left == 3, "\(table)")
            }
        }
    }
}
