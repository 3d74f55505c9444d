internal import Cryptography
internal import PostgresClient
internal import WireProtocol

/// The rows of API keys, and of the sessions that stand behind them.
enum APIKeyStore {
    /// A key as stored.
    struct Record {
        var id: APIKeyID
        var organization: OrganizationID
        var user: UserID
        var session: SessionID
        var name: String
        var hint: String
        var createdAt: Timestamp
        var expiresAt: Timestamp?
        var lastUsedAt: Timestamp?

        /// As the API shows it.
        var answer: APIKey {
            APIKey(id: id, name: name, hint: hint, createdAt: createdAt, expiresAt: expiresAt, lastUsedAt: lastUsedAt)
        }
    }

    /// Stores a key with its session, which is limited to `scope`, unless the person has `limit` keys; then the answer is false.
    ///
    /// - Parameter session: The one that wants the key; a problem 401 when it has ended.
    static func insert(
        _ key: Record, hash: SHA256Digest, scope: Scope?, limit: Int, from session: SessionID, in transaction: PostgresTransaction
    ) async throws -> Bool {
        // Two creations at once would each count without the other.
        try await transaction.query("SELECT FROM auth.users WHERE id = \(key.user) FOR UPDATE")
        // Whoever ends it comes before or after this.
        let asking = try await transaction.query("SELECT 1 FROM auth.sessions WHERE id = \(session) AND ended_at IS NULL FOR SHARE")
        guard asking.count == 1 else { throw Problem(.invalidToken, detail: "the session has ended") }
        let count: Int = try await transaction.query("SELECT count(*) FROM auth.api_keys WHERE user_id = \(key.user)").single()
        guard count < limit else { return false }
        _ = try await transaction.queries([
            """
            INSERT INTO auth.sessions (id, organization_id, user_id, client_id, scope, created_at, expires_at)
            VALUES (\(key.session), \(key.organization), \(key.user), 'api_key', \(scope?.sorted as [String]?), \(key.createdAt),
                coalesce(\(key.expiresAt)::timestamptz, 'infinity'))
            """,
            """
            INSERT INTO auth.api_keys (id, organization_id, user_id, session_id, name, hint, secret_hash, created_at, expires_at)
            VALUES (\(key.id), \(key.organization), \(key.user), \(key.session), \(key.name), \(key.hint), \(hash.bytes), \(key.createdAt),
                \(key.expiresAt))
            """,
        ])
        return true
    }

    /// The person's keys before one, newest first.
    static func list(of user: UserID, before: APIKeyID?, limit: Int, in queryable: some PostgresQueryable) async throws -> [Record] {
        try await queryable.query(
            """
            \(fragment: select) WHERE user_id = \(user) AND (\(before)::uuid IS NULL OR id < \(before)) ORDER BY id DESC LIMIT \(limit)
            """
        ).map(record)
    }

    static func find(_ id: APIKeyID, of user: UserID, in queryable: some PostgresQueryable) async throws -> Record? {
        try await queryable.query("\(fragment: select) WHERE id = \(id) AND user_id = \(user)").first.map(record)
    }

    /// The key of a secret. Only across organisations: the secret is all that is known.
    static func find(_ hash: SHA256Digest, in queryable: some PostgresQueryable) async throws -> Record? {
        try await queryable.query("\(fragment: select) WHERE secret_hash = \(hash.bytes)").first.map(record)
    }

    /// Whether a session stands behind a key.
    static func owns(_ session: SessionID, in queryable: some PostgresQueryable) async throws -> Bool {
        try await queryable.query("SELECT EXISTS (SELECT FROM auth.api_keys WHERE session_id = \(session))").single()
    }

    static func delete(_ id: APIKeyID, in queryable: some PostgresQueryable) async throws {
        try await queryable.query("DELETE FROM auth.api_keys WHERE id = \(id)")
    }

    /// Notes the use of a key, to the minute.
    static func touch(_ id: APIKeyID, now: Timestamp, in queryable: some PostgresQueryable) async throws {
        try await queryable.query(
            """
            UPDATE auth.api_keys SET last_used_at = \(now)
            WHERE id = \(id) AND (last_used_at IS NULL OR last_used_at < \(now)::timestamptz - interval '1 minute')
            """)
    }

    private static let select: PostgresQuery = """
        SELECT id, organization_id, user_id, session_id, name, hint, created_at, expires_at, last_used_at FROM auth.api_keys
        """

    private static func record(_ row: PostgresRow) throws -> Record {
        let (id, organization, user, session, name, hint, createdAt, expiresAt, lastUsedAt) = try row.decode(
            (APIKeyID, OrganizationID, UserID, SessionID, String, String, Timestamp, Timestamp?, Timestamp?).self)
        return Record(
            id: id, organization: organization, user: user, session: session, name: name, hint: hint, createdAt: createdAt,
            expiresAt: expiresAt, lastUsedAt: lastUsedAt)
    }
}
