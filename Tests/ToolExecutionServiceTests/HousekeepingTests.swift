import EventLoop
import PostgresClient
import Testing

@testable import ToolExecutionService

@Suite("Housekeeping", .timeLimit(.minutes(15)))
struct HousekeepingTests {
    @Test("what sandboxes asked outside is forgotten after ninety days, however much it is")
    func forgets() async throws {
        try await withToolExecution { service in
            let database = service.administrator
            func insert(_ count: Int, _ age: String) async throws {
                try await database.query(
                    """
                    INSERT INTO tool_execution.network_requests
                        (id, organization_id, user_id, sandbox_id, created_at, method, host, port, decision, is_complete)
                    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now() - interval '\(unsafeSQL: age)',
                        'GET', 'example.com', 443, 'allowed', true
                    FROM generate_series(1, \(count))
                    """)
            }
            try await insert(1700, "91 days")
            try await insert(3, "89 days")
            try await Housekeeping(database).tidy()
            #expect(try await database.query("SELECT count(*) FROM tool_execution.network_requests").single(Int.self) == 3)
        }
    }
}
