package import EventLoop

/// What an operator does with a service's program beside serving: `troupe-<service> <name> …`, with the settings of the one that serves.
package struct OperatorCommand<Configuration: Sendable>: Sendable {
    let name: String
    let arguments: String
    let meaning: String
    let run: @Sendable (Configuration, [String], EventLoop) async throws -> String

    /// - Parameters:
    ///   - arguments: As the help shows them.
    ///   - run: Carries it out and says what was done; throws `UsageError` for arguments that it does not take.
    package init(
        name: String, arguments: String, meaning: String,
        run: @escaping @Sendable (Configuration, [String], EventLoop) async throws -> String
    ) {
        self.name = name
        self.arguments = arguments
        self.meaning = meaning
        self.run = run
    }

    /// Its line of the help.
    func usage(of service: String) -> String { "       \(service) \(name) \(arguments)     \(meaning)\n" }
}
