internal import PostgresClient
internal import WireProtocol

/// Who belongs to which organisation. All of it works across organisations, as only an operator does.
enum OrganizationStore {
    /// As many members as one answer names.
    private static let namedMembers = 100

    /// The addresses of those who belong to an organisation, in order.
    static func members(of organization: OrganizationID, in transaction: PostgresTransaction) async throws -> [String] {
        try await transaction.query(
            "SELECT email FROM auth.users WHERE organization_id = \(organization) ORDER BY email_key LIMIT \(namedMembers)"
        ).map { try $0.decode(String.self) }
    }

    /// The organisation that was made together with the person.
    static func firstOrganization(of person: UserID, in transaction: PostgresTransaction) async throws -> OrganizationID {
        try await transaction.query(
            "SELECT organization_id FROM auth.memberships WHERE user_id = \(person) ORDER BY created_at, organization_id LIMIT 1"
        ).single()
    }

    /// Lets a person belong to another organisation, in the roles that they have. Their sessions and API keys end, since these belong to the
    /// organisation that they leave; in the first they stay a member, to be able to come back.
    static func move(
        _ person: PersonRecord, to organization: OrganizationID, now: Timestamp, in transaction: PostgresTransaction
    ) async throws {
        let first = try await firstOrganization(of: person.id, in: transaction)
        _ = try await transaction.queries([
            """
            INSERT INTO auth.memberships (organization_id, user_id, role)
            SELECT \(organization), user_id, role FROM auth.memberships
            WHERE user_id = \(person.id) AND organization_id = \(person.organizationID)
            ON CONFLICT DO NOTHING
            """,
            "DELETE FROM auth.memberships WHERE user_id = \(person.id) AND organization_id NOT IN (\(first), \(organization))",
            "UPDATE auth.users SET organization_id = \(organization), updated_at = \(now) WHERE id = \(person.id)",
        ])
        try await RevocationStore.revokeSessions(of: person.id, now: now, in: transaction)
    }
}
