internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

extension Principal.Person {
    /// The condition for rows of a table with `organization_id`, `user_id` and `sharing`: the person's own, and what is shared with them.
    func canSee(mine: Bool? = nil) -> PostgresQuery {
        let rows: PostgresQuery = "organization_id = \(organization)"
        switch mine {
        case nil: return "\(fragment: rows) AND (user_id = \(user) OR sharing = 'organization')"
        case true?: return "\(fragment: rows) AND user_id = \(user)"
        case false?: return "\(fragment: rows) AND user_id <> \(user) AND sharing = 'organization'"
        }
    }

    /// A problem 403 when what can be seen belongs to somebody else.
    func demandOwnership(of owner: UserID) throws {
        guard owner == user else { throw Problem(.permissionDenied, detail: "Only its owner may do this.") }
    }
}
