internal import EventLoop
internal import Telemetry

/// Keeps one zygote, and replaces it when it has served long enough or has ended.
///
/// Without one, launchers start their interpreters themselves, which takes longer and is no fault.
final class ZygoteKeeper {
    private let loop: EventLoop
    private let installation: LauncherInstallation
    private let policy: SupplyPolicy
    private let log: Logger
    /// The one that there is.
    private(set) var zygote: Zygote?

    private var isStopped = false

    private static let pauseAfterFailure = Duration.seconds(10)

    init(loop: EventLoop, installation: LauncherInstallation, policy: SupplyPolicy, log: Logger) {
        self.loop = loop
        self.installation = installation
        self.policy = policy
        self.log = log
    }

    /// A descriptor for a launcher; nil when there is no zygote now.
    func use() -> Int32? { zygote?.use() }

    /// Whether there is one.
    var isWarm: Bool { zygote != nil }

    /// Keeps one until cancelled.
    func run() async throws {
        while !isStopped {
            do {
                let next = try await Zygote.start(installation, preload: policy.preload, on: loop)
                if isStopped { return next.end() }
                log.info("zygote is warm", ["launcher": .string(next.description)])
                zygote?.end()
                zygote = next
                loop.spawn { [self] in
                    try await next.waitUntilEnded()
                    if zygote === next { zygote = nil }
                }
                try await waitUntilWorn(next)
            } catch let failure as SandboxFailure {
                log.warning("no zygote", ["reason": .string(failure.description)])
                try await loop.sleep(for: Self.pauseAfterFailure)
            }
        }
    }

    private func waitUntilWorn(_ zygote: Zygote) async throws {
        while self.zygote === zygote, zygote.uses < policy.zygoteUses, loop.now - zygote.startedAt < policy.zygoteAge {
            try await loop.sleep(for: .milliseconds(250))
        }
    }

    /// Ends it for good.
    func stop() {
        isStopped = true
        zygote?.end()
        zygote = nil
    }
}
