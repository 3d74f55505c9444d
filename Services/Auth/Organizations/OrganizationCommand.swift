package import EventLoop
internal import PostgresClient
package import ServiceKit
internal import WireProtocol

/// An operator brings people together in an organisation, whose members see what is shared within it.
///
/// A person belongs to one organisation at a time. What they made stays in the organisation in which they made it.
package enum OrganizationCommand {
    /// `troupe-auth organization`.
    package static let command = OperatorCommand<AuthConfiguration>(
        name: "organization", arguments: "E-MAIL [--join E-MAIL | --leave]",
        meaning: "show who is in a person's organisation, let them join another's, or leave it for their own", run: run)

    private static let usage = "organization takes an e-mail address, and --join with another one or --leave to change what there is"

    private enum Change {
        case join(EmailAddress)
        case leave
    }

    /// Says who belongs to the organisation now. Throws `UsageError` for other arguments, `UnknownPerson` for an address that nobody has.
    package static func run(_ configuration: AuthConfiguration, _ arguments: [String], _ loop: EventLoop) async throws -> String {
        guard let email = arguments.first.flatMap({ EmailAddress($0) }) else { throw UsageError(description: usage) }
        let change = try change(arguments.dropFirst())
        let database = configuration.database.makeClient(on: loop, loops: 1)
        defer { database.close() }
        try await AuthServer.migrator().requireVersion(client: database)
        return try await database.acrossTenants().transaction { transaction in
            let person = try await AccountStore.requirePerson(email, in: transaction)
            let destination: OrganizationID
            switch change {
            case .join(let host): destination = try await AccountStore.requirePerson(host, in: transaction).organizationID
            case .leave: destination = try await OrganizationStore.firstOrganization(of: person.id, in: transaction)
            case nil: destination = person.organizationID
            }
            let members = try await OrganizationStore.members(of: destination, in: transaction)
            guard destination != person.organizationID else {
                return "organisation \(destination) of \(person.email): " + members.joined(separator: ", ")
            }
            try await OrganizationStore.move(person, to: destination, now: Timestamp(microseconds: loop.wallClock), in: transaction)
            return "\(person.email) belongs to organisation \(destination) now, with "
                + (members.isEmpty ? "nobody else" : members.joined(separator: ", ")) + "; they must log in again, and make new API keys"
        }
    }

    private static func change(_ arguments: ArraySlice<String>) throws -> Change? {
        switch (arguments.first, arguments.count) {
        case (nil, _): return nil
        case ("--leave", 1): return .leave
        case ("--join", 2):
            if let host = EmailAddress(arguments[arguments.endIndex - 1]) { return .join(host) }
        default: break
        }
        throw UsageError(description: usage)
    }
}
