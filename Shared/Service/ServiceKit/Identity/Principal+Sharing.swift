package import PostgresClient
package import WireProtocol

extension Principal.Person {
    /// The condition for rows of a table with `organization_id`, `user_id` and `sharing`: the person's own, and what is shared with them.
    ///
    /// - Parameters:
    ///   - mine: Only their own; false: only what others share.
    ///   - table: The table's name in the query, where it has others with such columns; never text from outside.
    package func canSee(mine: Bool? = nil, in table: String? = nil) -> PostgresQuery {
        let prefix = PostgresQuery(unsafeSQL: table.map { $0 + "." } ?? "")
        let rows: PostgresQuery = "\(fragment: prefix)organization_id = \(organization)"
        switch mine {
        case nil: return "\(fragment: rows) AND (\(fragment: prefix)user_id = \(user) OR \(fragment: prefix)sharing = 'organization')"
        case true?: return "\(fragment: rows) AND \(fragment: prefix)user_id = \(user)"
        case false?:
            return "\(fragment: rows) AND \(fragment: prefix)user_id <> \(user) AND \(fragment: prefix)sharing = 'organization'"
        }
    }

    /// A problem 403 when what can be seen belongs to somebody else.
    package func demandOwnership(of owner: UserID) throws {
        guard owner == user else { throw Problem(.permissionDenied, detail: "Only its owner may do this.") }
    }
}
