internal import Cryptography
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// The `Idempotency-Key` of a registration. It counts together with the e-mail address: nobody is known yet to whom it could belong.
struct RegistrationKey: Sendable {
    let key: String
    /// Of what the account is made with, without the password: a fast hash of it could be searched for.
    let fingerprint: [UInt8]

    init(_ key: String, email: EmailAddress, displayName: String) {
        self.key = key
        fingerprint = SHA256.digest(of: Array("\(email.text)\n\(displayName)".utf8)).bytes
    }
}

/// Under which keys accounts were made.
enum RegistrationStore {
    static func insert(_ key: RegistrationKey, of account: NewAccount, in transaction: some PostgresQueryable) async throws {
        try await transaction.query(
            """
            INSERT INTO auth.registrations (user_id, organization_id, key, fingerprint)
            VALUES (\(account.userID), \(account.organizationID), \(key.key), \(key.fingerprint))
            """)
    }

    /// What the account of an address was made with under a key within the last 24 hours; nil: it was not. Only across organisations.
    static func fingerprint(of key: String, emailKey: String, in database: some PostgresQueryable) async throws -> [UInt8]? {
        try await database.query(
            """
            SELECT r.fingerprint FROM auth.users u JOIN auth.registrations r ON r.user_id = u.id
            WHERE u.email_key = \(emailKey) AND r.key = \(key) AND r.created_at > now() - interval '24 hours'
            """
        ).first?.decode([UInt8].self, at: 0)
    }

    /// Forgets what is older than 24 hours.
    static func purge(_ database: PostgresScope) async throws {
        try await database.delete(from: "auth.registrations", where: "created_at < now() - interval '24 hours'")
    }
}
