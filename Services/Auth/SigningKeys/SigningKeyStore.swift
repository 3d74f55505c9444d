internal import PostgresClient
internal import WireProtocol

/// The signing keys, which belong to the installation.
enum SigningKeyStore {
    struct Row {
        let id: String
        let publicKey: [UInt8]
        let sealedPrivateKey: [UInt8]
        let signsFrom: Timestamp
    }

    /// The oldest first.
    static func keys(in transaction: some PostgresQueryable) async throws -> [Row] {
        try await transaction.query("SELECT id, public_key, sealed_private_key, signs_from FROM auth.signing_keys ORDER BY signs_from, id")
            .map { row in
                let (id, publicKey, sealed, signsFrom) = try row.decode((String, [UInt8], [UInt8], Timestamp).self)
                return Row(id: id, publicKey: publicKey, sealedPrivateKey: sealed, signsFrom: signsFrom)
            }
    }

    /// Until the end of the transaction nobody else changes the keys.
    static func lock(in transaction: some PostgresQueryable) async throws {
        _ = try await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('auth.signing_keys', 0))")
    }

    static func insert(_ row: Row, now: Timestamp, in transaction: some PostgresQueryable) async throws {
        try await transaction.query(
            """
            INSERT INTO auth.signing_keys (id, organization_id, public_key, sealed_private_key, created_at, signs_from)
            VALUES (\(row.id), '00000000-0000-0000-0000-000000000000', \(row.publicKey), \(row.sealedPrivateKey), \(now), \(row.signsFrom))
            """)
    }

    static func delete(_ id: String, in transaction: some PostgresQueryable) async throws {
        try await transaction.query("DELETE FROM auth.signing_keys WHERE id = \(id)")
    }
}
