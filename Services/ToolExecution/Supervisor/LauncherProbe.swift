internal import EventLoop

/// What the machine allows, found by making a sandbox once.
struct LauncherProbe: CustomStringConvertible {
    /// With the tier of the sandboxes that are to be made.
    let installation: LauncherInstallation
    /// What the sandbox says of itself, or why there was none.
    private let outcome: Result<String, SandboxFailure>

    /// Also removes what launchers that were killed have left. Where namespaces are not to be had, the weaker tier is used when that is allowed.
    static func run(
        _ installation: LauncherInstallation, allowsLandlock: Bool = false, on loop: EventLoop
    ) async throws -> LauncherProbe {
        let probe = try await attempt(installation, on: loop)
        guard let failure = probe.failure else { return probe }
        var weaker = installation
        weaker.tier = .landlock
        let second = try await attempt(weaker, on: loop)
        if second.failure == nil, allowsLandlock { return second }
        let weakerTier = second.failure.map { "the weaker tier, Landlock, is not to be had either: \($0)" }
        let reason = "\(failure); \(weakerTier ?? "with SANDBOX_ALLOW_LANDLOCK=true the weaker tier, Landlock, is used")"
        return LauncherProbe(installation: installation, outcome: .failure(SandboxFailure(description: reason)))
    }

    /// Throws what is to be known of the weaker tier.
    func requireNamespaces() throws {
        if installation.tier == .landlock {
            throw SandboxFailure(description: "the weaker tier: sandboxes are kept apart by Landlock alone, without namespaces")
        }
    }

    /// Why no sandbox can be given a way out to the network; nil when it can.
    var networkFailure: SandboxFailure? { failure ?? installation.tier.networkFailure }

    private static func attempt(_ installation: LauncherInstallation, on loop: EventLoop) async throws -> LauncherProbe {
        do {
            let sweep = try loop.startProcess(installation.executable, arguments: ["--sweep"], descriptors: [])
            _ = try await sweep.exitStatus()
            let limits = SandboxLimits(memoryBytes: 64 << 20, diskBytes: 1 << 20, processes: 8, outputBytes: 1024, fileBytes: 1024)
            let sandbox = try await SandboxProcess.start(installation, limits: limits, on: loop)
            sandbox.end()
            try await sandbox.waitUntilEnded()
            return LauncherProbe(installation: installation, outcome: .success(sandbox.description))
        } catch let failure as SandboxFailure {
            return LauncherProbe(installation: installation, outcome: .failure(failure))
        } catch let error as SocketError {
            return LauncherProbe(
                installation: installation, outcome: .failure(SandboxFailure(description: "the launcher cannot be started: \(error)")))
        }
    }

    var description: String {
        switch outcome {
        case .success(let description): description
        case .failure(let failure): failure.description
        }
    }

    /// Why there are none; nil when there are.
    var failure: SandboxFailure? {
        if case .failure(let failure) = outcome { failure } else { nil }
    }

    /// Throws why there are none.
    func requireSandboxes() throws { _ = try outcome.get() }
}
