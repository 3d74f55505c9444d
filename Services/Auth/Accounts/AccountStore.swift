internal import PostgresClient
internal import WireProtocol

/// An account that is about to be made.
struct NewAccount {
    let userID: UserID
    let organizationID: OrganizationID
    let email: EmailAddress
    let displayName: String
    let passwordHash: String
    let role: String
}

/// People, their organisations and their roles.
enum AccountStore {
    /// The constraint that a second account with an address violates.
    static let uniqueEmail = "users_email_key_unique"

    static func insert(_ account: NewAccount, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.queries([
            """
            INSERT INTO auth.organizations (organization_id, name, is_personal)
            VALUES (\(account.organizationID), \(account.displayName), true)
            """,
            """
            INSERT INTO auth.users (id, organization_id, email, email_key, display_name, password_hash)
            VALUES (\(account.userID), \(account.organizationID), \(account.email.text), \(account.email.key), \(account.displayName),
                \(account.passwordHash))
            """,
            """
            INSERT INTO auth.memberships (organization_id, user_id, role)
            VALUES (\(account.organizationID), \(account.userID), \(account.role))
            """,
        ])
    }

    static func person(_ id: UserID, in transaction: some PostgresQueryable) async throws -> PersonRecord? {
        try await transaction.query(select("WHERE u.id = \(id)")).first.map(record)
    }

    /// The same, and nobody suspends or moves them before the transaction ends; who is about to is waited for.
    static func lockedPerson(_ id: UserID, in transaction: PostgresTransaction) async throws -> PersonRecord? {
        try await transaction.query(select("WHERE u.id = \(id) FOR SHARE OF u")).first.map(record)
    }

    /// Only across organisations: nobody knows yet to which one the address belongs.
    static func person(emailKey: String, in transaction: some PostgresQueryable) async throws -> PersonRecord? {
        try await transaction.query(select("WHERE u.email_key = \(emailKey)")).first.map(record)
    }

    /// The person of an address, as an operator names them; throws `UnknownPerson` when nobody has it.
    static func requirePerson(_ email: EmailAddress, in transaction: PostgresTransaction) async throws -> PersonRecord {
        guard let person = try await person(emailKey: email.key, in: transaction) else { throw UnknownPerson(email: email.text) }
        return person
    }

    /// Gives an organisation a plan, or none.
    static func setPlan(_ plan: String?, of organization: OrganizationID, in transaction: some PostgresQueryable) async throws {
        try await transaction.query("UPDATE auth.organizations SET plan = \(plan) WHERE organization_id = \(organization)")
    }

    /// Roles and what they allow in the organisation of the account; a role of the organisation's own comes beside the built-in ones.
    private static func select(_ condition: PostgresQuery) -> PostgresQuery {
        """
        SELECT u.id, u.organization_id, u.email, u.display_name, u.password_hash, u.status = 'suspended', u.created_at,
            coalesce((SELECT array_agg(m.role ORDER BY m.role) FROM auth.memberships m
                WHERE m.user_id = u.id AND m.organization_id = u.organization_id), '{}'),
            coalesce((SELECT array_agg(DISTINCT p) FROM auth.memberships m
                JOIN auth.roles r ON r.name = m.role
                    AND r.organization_id IN (m.organization_id, '00000000-0000-0000-0000-000000000000'),
                unnest(r.permissions) p
                WHERE m.user_id = u.id AND m.organization_id = u.organization_id), '{}'),
            (SELECT o.plan FROM auth.organizations o WHERE o.organization_id = u.organization_id)
        FROM auth.users u \(fragment: condition)
        """
    }

    private static func record(_ row: PostgresRow) throws -> PersonRecord {
        let (id, organization, email, name, hash, isSuspended, createdAt, roles, permissions, plan) = try row.decode(
            (UserID, OrganizationID, String, String, String, Bool, Timestamp, [String], [String], String?).self)
        return PersonRecord(
            id: id, organizationID: organization, email: email, displayName: name, passwordHash: hash, isSuspended: isSuspended,
            createdAt: createdAt, roles: roles, permissions: Scope(permissions), plan: plan)
    }
}
