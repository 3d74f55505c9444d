internal import PostgresClient
internal import WireProtocol

/// The rows that say what organisations have used, day by day (UTC).
enum UsageStore {
    /// What an organisation has used today.
    static func today(of organization: OrganizationID, in queryable: some PostgresQueryable) async throws -> SandboxPlan.Used {
        try await queryable.query(
            """
            SELECT processor_us, output_bytes FROM tool_execution.usage
            WHERE organization_id = \(organization) AND day = (clock_timestamp() AT TIME ZONE 'UTC')::date
            """
        ).first.map(used) ?? SandboxPlan.Used()
    }

    /// Adds to what an organisation has used today; returns the sum.
    static func add(
        _ more: SandboxPlan.Used, of organization: OrganizationID, in queryable: some PostgresQueryable
    ) async throws -> SandboxPlan.Used {
        try await queryable.query(
            """
            INSERT INTO tool_execution.usage AS known (organization_id, day, processor_us, output_bytes)
            VALUES (\(organization), (clock_timestamp() AT TIME ZONE 'UTC')::date, \(more.processorMicroseconds), \(more.outputBytes))
            ON CONFLICT (organization_id, day) DO UPDATE SET
                processor_us = known.processor_us + excluded.processor_us, output_bytes = known.output_bytes + excluded.output_bytes
            RETURNING processor_us, output_bytes
            """
        ).first.map(used) ?? more
    }

    private static func used(_ row: PostgresRow) throws -> SandboxPlan.Used {
        let (processor, output) = try row.decode((Int, Int).self)
        return SandboxPlan.Used(processorMicroseconds: processor, outputBytes: output)
    }
}
