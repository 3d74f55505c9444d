package import EventLoop
internal import PostgresClient
package import ServiceKit

/// An operator looks at, or sets, the plan of the organisation that a person belongs to. What a plan allows is known where it is limited.
package enum PlanCommand {
    /// `troupe-auth plan`.
    package static let command = OperatorCommand<AuthConfiguration>(
        name: "plan", arguments: "E-MAIL [PLAN | --none]", meaning: "show the plan of a person's organisation, set it, or take it away",
        run: run)

    private static let usage = "plan takes an e-mail address, and a plan like 'pro' or --none to change what there is"

    /// Says which plan there is now. Throws `UsageError` for other arguments, `UnknownPerson` for an address that nobody has.
    package static func run(_ configuration: AuthConfiguration, _ arguments: [String], _ loop: EventLoop) async throws -> String {
        guard (1...2).contains(arguments.count), let email = EmailAddress(arguments[0]) else { throw UsageError(description: usage) }
        let change = try arguments.dropFirst().first.map(plan)
        let database = configuration.database.makeClient(on: loop, loops: 1)
        defer { database.close() }
        try await AuthServer.migrator().requireVersion(client: database)
        return try await database.acrossTenants().transaction { transaction in
            let person = try await AccountStore.requirePerson(email, in: transaction)
            let name = "organisation \(person.organizationID) of \(person.email)"
            guard let change else { return "\(name): \(person.plan ?? "no plan")" }
            try await AccountStore.setPlan(change, of: person.organizationID, in: transaction)
            return "\(name): \(change ?? "no plan"), before \(person.plan ?? "no plan"); tokens carry it from their next refresh on"
        }
    }

    private static let longest = 63

    /// As the table takes it.
    private static func plan(_ text: String) throws -> String? {
        if text == "--none" { return nil }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= longest,
            text.utf8.allSatisfy({ letters.contains($0) || digits.contains($0) || "_-".utf8.contains($0) })
        else { throw UsageError(description: usage) }
        return text
    }
}
