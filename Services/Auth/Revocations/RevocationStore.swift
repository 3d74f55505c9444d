internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Revocations; their positions are given by the table's trigger, in the order in which they become visible.
enum RevocationStore {
    /// A revocation and where it stands.
    struct Entry {
        let position: Int64
        let revocation: Revocation
    }

    /// To be the last statement of its transaction: from here on other revocations wait for its end.
    static func insert(
        _ kind: RevokedKind, _ subject: UUIDBytes, of organization: OrganizationID, now: Timestamp, in transaction: some PostgresQueryable
    ) async throws {
        let expiresAt = now.advanced(by: .seconds(TokenLifetimes.revocation))
        try await transaction.query(
            """
            INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
            VALUES (\(organization), \(kind.rawValue), \(PostgresUUID(high: subject.high, low: subject.low)), \(now), \(expiresAt))
            """)
    }

    /// Deletes all sessions of a person and revokes what was given for them. To be the last statement of its transaction, as above.
    static func revokeSessions(of user: UserID, now: Timestamp, in transaction: some PostgresQueryable) async throws {
        let expiresAt = now.advanced(by: .seconds(TokenLifetimes.revocation))
        try await transaction.query(
            """
            WITH ended AS (DELETE FROM auth.sessions WHERE user_id = \(user) RETURNING organization_id, id)
            INSERT INTO auth.revocations (organization_id, kind, subject, revoked_at, expires_at)
            SELECT organization_id, \(RevokedKind.session.rawValue), id, \(now), \(expiresAt) FROM ended
            """)
    }

    /// Across all organisations: every verifier needs all of them.
    static func entries(after position: Int64, limit: Int, in transaction: some PostgresQueryable) async throws -> [Entry] {
        let rows = try await transaction.query(
            """
            SELECT position, kind, subject, revoked_at, expires_at FROM auth.revocations
            WHERE position > \(position) ORDER BY position LIMIT \(limit)
            """)
        return try rows.map { row in
            let (position, kindName, subject, revokedAt, expiresAt) = try row.decode(
                (Int64, String, PostgresUUID, Timestamp, Timestamp).self)
            let kind = RevokedKind(rawValue: kindName) ?? .unknown
            let id = UUIDBytes(high: subject.high, low: subject.low)
            let text = kind == .user ? UserID(id).description : SessionID(id).description
            return Entry(
                position: position, revocation: Revocation(kind: kind, subject: text, revokedAt: revokedAt, expiresAt: expiresAt))
        }
    }

    static func deleteExpired(now: Timestamp, in database: PostgresScope) async throws {
        try await database.delete(from: "auth.revocations", where: "expires_at < \(now)")
    }
}
