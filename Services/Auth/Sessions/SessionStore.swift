internal import Cryptography
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Sessions and their refresh tokens.
enum SessionStore {
    /// What is stored of a refresh token that somebody holds.
    struct Found {
        let session: SessionRecord
        let stored: RefreshRule.Stored
    }

    /// Stores a new session with its first token; false, and nothing is stored, when the person was suspended or moved to another organisation since
    /// they were looked up: a password takes its time. Whoever is about to do that waits for the end of this transaction, and finds the session.
    static func insert(
        _ session: SessionRecord, with token: SHA256Digest, expiresAt: Timestamp, now: Timestamp, in transaction: PostgresTransaction
    ) async throws -> Bool {
        let inserted = try await transaction.query(
            """
            INSERT INTO auth.sessions (id, organization_id, user_id, client_id, scope, created_at, expires_at)
            SELECT \(session.id), \(session.organizationID), \(session.userID), \(session.clientID), \(session.scope?.sorted as [String]?),
                \(now), \(expiresAt)
            FROM auth.users WHERE id = \(session.userID) AND organization_id = \(session.organizationID) AND status = 'active' FOR SHARE
            """)
        guard inserted.affectedRows == 1 else { return false }
        try await transaction.query(insertion(of: token, session, expiresAt: expiresAt, now: now))
        return true
    }

    private static func insertion(of token: SHA256Digest, _ session: SessionRecord, expiresAt: Timestamp, now: Timestamp) -> PostgresQuery {
        """
        INSERT INTO auth.refresh_tokens (token_hash, organization_id, session_id, issued_at, expires_at)
        VALUES (\(token.bytes), \(session.organizationID), \(session.id), \(now), \(expiresAt))
        """
    }

    /// The token of a hash, locked: of two that present it at once the second sees that it was used. The person is locked first, as by all who lock
    /// both: who is about to suspend them waits for the end of this transaction, or this one for that. Only across organisations: the token is all
    /// that is known.
    static func lock(_ token: SHA256Digest, in transaction: some PostgresQueryable) async throws -> Found? {
        let rows = try await transaction.query(
            """
            SELECT s.id, s.organization_id, s.user_id, s.client_id, s.scope, t.expires_at, t.used_at IS NOT NULL, s.ended_at IS NOT NULL,
                u.status = 'suspended'
            FROM auth.refresh_tokens t
            JOIN auth.sessions s ON s.id = t.session_id
            JOIN auth.users u ON u.id = s.user_id
            WHERE t.token_hash = \(token.bytes)
            FOR SHARE OF u FOR UPDATE OF t, s
            """)
        return try rows.first.map { row in
            let (id, organization, user, client, scope, expiresAt, isUsed, hasEnded, isSuspended) = try row.decode(
                (SessionID, OrganizationID, UserID, String, [String]?, Timestamp, Bool, Bool, Bool).self)
            return Found(
                session: SessionRecord(
                    id: id, organizationID: organization, userID: user, clientID: client, scope: scope.map { Scope($0) }),
                stored: RefreshRule.Stored(
                    expiresAt: expiresAt.microseconds, isUsed: isUsed, sessionHasEnded: hasEnded, userIsSuspended: isSuspended))
        }
    }

    /// Spends a token, stores its successor, and lets the session live on as long as that.
    static func replace(
        _ token: SHA256Digest, by successor: SHA256Digest, of session: SessionRecord, expiresAt: Timestamp, now: Timestamp,
        in transaction: PostgresTransaction
    ) async throws {
        _ = try await transaction.queries([
            "UPDATE auth.refresh_tokens SET used_at = \(now) WHERE token_hash = \(token.bytes)",
            insertion(of: successor, session, expiresAt: expiresAt, now: now),
            "UPDATE auth.sessions SET expires_at = \(expiresAt) WHERE id = \(session.id)",
        ])
    }

    /// Ends a session; false when it had ended before. Its row is forgotten in time, that of an API key too, which has no end of its own.
    static func end(
        _ session: SessionID, _ reason: SessionEndReason, now: Timestamp, in transaction: some PostgresQueryable
    ) async throws -> Bool {
        try await transaction.query(
            """
            UPDATE auth.sessions SET ended_at = \(now), end_reason = \(reason.rawValue),
                expires_at = least(expires_at, \(now.advanced(by: .seconds(TokenLifetimes.refresh)))::timestamptz)
            WHERE id = \(session) AND ended_at IS NULL
            """
        ).affectedRows == 1
    }

    /// A session that has not ended.
    static func findLive(
        _ session: SessionID, of user: UserID, now: Timestamp, in transaction: some PostgresQueryable
    ) async throws -> SessionRecord? {
        let rows = try await transaction.query(
            """
            SELECT organization_id, client_id, scope FROM auth.sessions
            WHERE id = \(session) AND user_id = \(user) AND ended_at IS NULL AND expires_at > \(now)
            """)
        return try rows.first.map { row in
            let (organization, client, scope) = try row.decode((OrganizationID, String, [String]?).self)
            return SessionRecord(
                id: session, organizationID: organization, userID: user, clientID: client, scope: scope.map { Scope($0) })
        }
    }

    /// Forgets sessions that ended by themselves before a time, with their tokens, and the spent tokens of those that go on.
    static func deleteExpired(before: Timestamp, in database: PostgresScope) async throws {
        try await database.delete(from: "auth.sessions", where: "expires_at < \(before)")
        try await database.delete(from: "auth.refresh_tokens", where: "expires_at < \(before) AND used_at IS NOT NULL")
    }
}
