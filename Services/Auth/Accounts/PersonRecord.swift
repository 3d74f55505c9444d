internal import WireProtocol

/// A person as stored, with what their roles in their organisation allow.
struct PersonRecord {
    let id: UserID
    let organizationID: OrganizationID
    let email: String
    let displayName: String
    let passwordHash: String
    let isSuspended: Bool
    let createdAt: Timestamp
    let roles: [String]
    let permissions: Scope
    /// Of the organisation; nil: none.
    let plan: String?

    /// As the API shows them.
    var user: User {
        User(id: id, email: email, displayName: displayName, organizationID: organizationID, roles: roles, createdAt: createdAt)
    }
}
