internal import Journal
package import PostgresClient
internal import ServiceKit

/// Ends simulations that were forgotten, forgets what nobody needs any more, which is old answers to requests with a key and workers that have
/// long been gone, and makes room for the journals of the months to come.
package struct Housekeeping {
    private let database: PostgresClient

    static let interval = Duration.seconds(3600)

    package init(_ database: PostgresClient) { self.database = database }

    /// Does all of it once.
    package func tidy() async throws {
        // Each one counts against what its person may have. A person who spoke in one that is paused has not forgotten it.
        try await database.acrossTenants().query(
            """
            UPDATE simulation.live_simulations l SET cancel_requested = true, wake_at = least(l.wake_at, now())
            FROM simulation.simulations s
            WHERE s.id = l.simulation_id AND NOT l.cancel_requested AND s.status IN ('waiting', 'paused')
                AND s.status_since < now() - interval '7 days' AND NOT EXISTS (
                    SELECT FROM simulation.inputs i WHERE i.simulation_id = s.id AND i.created_at >= now() - interval '7 days')
            """)
        try await IdempotencyStore(schema: "simulation").purge(database)
        try await JournalKind.simulation.tidy(database)
    }
}
