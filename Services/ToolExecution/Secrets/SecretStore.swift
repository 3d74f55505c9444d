internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The rows of secrets.
enum SecretStore {
    /// A secret with its sealed value.
    struct Record {
        var secret: Secret
        var sealedValue: [UInt8]
        var idempotencyKey: String?
    }

    /// Keeps others from making secrets of an organisation until the transaction ends.
    static func lock(_ organization: OrganizationID, in transaction: PostgresTransaction) async throws {
        try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('secrets ' || \(organization.description), 0))")
    }

    /// Writes a secret, unless its name is taken or the organisation has `limit` already; then the answer is false.
    static func insert(_ record: Record, of person: Principal.Person, limit: Int, in queryable: some PostgresQueryable) async throws -> Bool
    {
        let secret = record.secret
        return try await !queryable.query(
            """
            INSERT INTO tool_execution.secrets
                (id, organization_id, user_id, name, hosts, header, prefix, sealed_value, idempotency_key, created_at)
            SELECT \(secret.id), \(person.organization), \(person.user), \(secret.name), \(secret.hosts), \(secret.header), \(secret.prefix),
                \(record.sealedValue), \(record.idempotencyKey), \(secret.createdAt)
            WHERE (SELECT count(*) FROM tool_execution.secrets WHERE organization_id = \(person.organization)) < \(limit)
            ON CONFLICT (organization_id, name) DO NOTHING RETURNING 1
            """
        ).isEmpty
    }

    static func find(_ names: [String], of organization: OrganizationID, in queryable: some PostgresQueryable) async throws -> [Record] {
        try await queryable.query(
            "\(fragment: select) WHERE organization_id = \(organization) AND name = ANY(\(names)) ORDER BY name"
        ).map(record)
    }

    /// The secret that a person's request under a key has made in the last 24 hours.
    static func find(key: String, of person: Principal.Person, now: Timestamp, in queryable: some PostgresQueryable) async throws -> Record?
    {
        try await queryable.query(
            """
            \(fragment: select) WHERE organization_id = \(person.organization) AND user_id = \(person.user) AND idempotency_key = \(key)
                AND created_at > \(now)::timestamptz - interval '24 hours' ORDER BY id DESC LIMIT 1
            """
        ).first.map(record)
    }

    /// Newest first, those before `id`.
    static func list(
        of organization: OrganizationID, before id: SecretID?, limit: Int, in queryable: some PostgresQueryable
    ) async throws -> [Secret] {
        try await queryable.query(
            """
            \(fragment: select) WHERE organization_id = \(organization) AND (\(id)::uuid IS NULL OR id < \(id)::uuid)
            ORDER BY id DESC LIMIT \(limit)
            """
        ).map { try record($0).secret }
    }

    /// False when there was none.
    static func delete(_ id: SecretID, of organization: OrganizationID, in queryable: some PostgresQueryable) async throws -> Bool {
        try await !queryable.query(
            "DELETE FROM tool_execution.secrets WHERE id = \(id) AND organization_id = \(organization) RETURNING 1"
        ).isEmpty
    }

    private static let select: PostgresQuery = """
        SELECT id, name, hosts, header, prefix, created_at, sealed_value, idempotency_key FROM tool_execution.secrets
        """

    private static func record(_ row: PostgresRow) throws -> Record {
        let (id, name, hosts, header, prefix, createdAt, sealed, key) = try row.decode(
            (SecretID, String, [String], String, String, Timestamp, [UInt8], String?).self)
        return Record(
            secret: Secret(id: id, name: name, hosts: hosts, header: header, prefix: prefix, createdAt: createdAt), sealedValue: sealed,
            idempotencyKey: key)
    }
}
