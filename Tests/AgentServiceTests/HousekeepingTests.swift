import AgentService
import PostgresClient
import ServiceKit
import Support
import Testing

@Suite("Housekeeping", .timeLimit(.minutes(15)))
struct HousekeepingTests {
    @Test("the service makes the months to come, once, and the journals of such a month lie in it")
    func months() async throws {
        try await withConversation { database in
            let everyone = database.client.acrossTenants()
            func add() async throws -> Int { Int(try await everyone.query("SELECT agent.add_run_event_partitions(30)").single(Int32.self)) }
            #expect(try await add() > 0)
            #expect(try await add() == 0)
            // A UUIDv7 begins with the milliseconds since 1970.
            let places = try await everyone.query(
                """
                WITH run AS (
                    SELECT rpad(lpad(to_hex((extract(epoch FROM now() + interval '26 months') * 1000)::bigint), 12, '0'), 32, '0')::uuid AS id)
                INSERT INTO agent.run_events (run_id, first_seq, last_seq, organization_id, epoch, type, version, payload)
                SELECT id, 1, 1, \(database.person.organization), 1, 'run.started', 1, '[]' FROM run
                RETURNING (SELECT relname::text FROM pg_class WHERE oid = run_events.tableoid), 'run_events_' || to_char((now() + interval '26 months') AT TIME ZONE 'UTC', 'YYYY_MM')
                """)
            let (place, month) = try #require(places.first).decode((String, String).self)
            #expect(place == month)
        }
    }

    @Test("old answers and workers are forgotten even when no month can be made")
    func order() async throws {
        try await withAgentDatabase { loop, database in
            let administrator = PostgresClient(loop, database.configuration())
            let client = PostgresClient(loop, database.configuration(user: "agent", tenantSetting: DatabaseConfiguration.tenantSetting))
            defer {
                client.close()
                administrator.close()
            }
            try await administrator.query(
                "INSERT INTO agent.workers (id, lease_until) VALUES (gen_random_uuid(), now() - interval '2 days')")
            try await administrator.query(
                """
                INSERT INTO agent.idempotency_keys (organization_id, user_id, key, fingerprint, status, created_at)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'k', decode(repeat('00', 32), 'hex'), 202, now() - interval '2 days')
                """)
            try await administrator.query("DROP FUNCTION agent.add_run_event_partitions")
            await #expect(throws: PostgresError.self) { try await Housekeeping(client).tidy() }
            for table in ["workers", "idempotency_keys"] {
                #expect(try await administrator.query("SELECT count(*) FROM agent.\(unsafeSQL: table)").single(Int.self) == 0, "\(table)")
            }
        }
    }
}
