/// Forgets what has become irrelevant: sessions past their time, revocations that no token outlives, keys of registrations.
struct Housekeeping {
    let accounts: AccountService
    let sessions: SessionService
    let revocations: RevocationService

    static let interval = Duration.seconds(300)

    func tidy() async throws {
        try await revocations.prune()
        try await sessions.prune()
        try await accounts.prune()
    }
}
