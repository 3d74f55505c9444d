internal import EventLoop
internal import ServiceKit
internal import Telemetry

/// Forgets what has become irrelevant: sessions past their time, revocations that no token outlives, keys of registrations.
final class Housekeeping {
    private let loop: EventLoop
    private let accounts: AccountService
    private let sessions: SessionService
    private let revocations: RevocationService
    private let log: Logger

    private static let interval = Duration.seconds(300)

    init(loop: EventLoop, accounts: AccountService, sessions: SessionService, revocations: RevocationService, log: Logger) {
        self.loop = loop
        self.accounts = accounts
        self.sessions = sessions
        self.revocations = revocations
        self.log = log
    }

    /// Tidies up again and again until cancelled; on one loop of a process.
    func run() async throws {
        while true {
            do {
                try await revocations.prune()
                try await sessions.prune()
                try await accounts.prune()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                log.warning("tidying up failed, the next time will do", ["error": .error(error)])
            }
            try await loop.sleep(for: Housekeeping.interval)
        }
    }
}
