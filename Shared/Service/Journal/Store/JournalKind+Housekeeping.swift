package import PostgresClient
internal import ServiceKit

extension JournalKind {
    private static let monthsAhead: Int32 = 24

    /// Forgets workers that have long been gone, and makes room for the journals of the months to come; to be called now and then.
    package func tidy(_ database: PostgresClient) async throws {
        try await database.acrossTenants().query(
            """
            DELETE FROM \(unsafeSQL: workerTable) w WHERE w.lease_until < clock_timestamp() - interval '1 day'
                AND NOT EXISTS (SELECT FROM \(unsafeSQL: liveTable) l WHERE l.holder = w.id)
            """)
        // Last: only this can fail for good, by rows of such a month that the default partition holds already. It waits for a lock, on a connection of
        // its own.
        _ = try await database.acrossTenants().transaction { transaction in
            try await transaction.query("SELECT \(unsafeSQL: "\(schema).add_\(name)_event_partitions")(\(Self.monthsAhead))")
        }
    }
}
