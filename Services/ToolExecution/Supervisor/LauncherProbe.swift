internal import EventLoop
internal import WireProtocol

/// What the machine allows, found by making a sandbox once.
struct LauncherProbe: CustomStringConvertible {
    /// What the sandbox says of itself, or why there was none.
    private let outcome: Result<String, SandboxFailure>

    /// Also removes what launchers that were killed have left.
    static func run(_ installation: LauncherInstallation, on loop: EventLoop) async throws -> LauncherProbe {
        do {
            let sweep = try loop.startProcess(installation.executable, arguments: ["--sweep"], descriptors: [])
            _ = try await sweep.exitStatus()
            let limits = SandboxLimits(memoryBytes: 64 << 20, diskBytes: 1 << 20, processes: 8, outputBytes: 1024, fileBytes: 1024)
            let sandbox = try await SandboxProcess.start(installation, limits: limits, on: loop)
            sandbox.end()
            try await sandbox.waitUntilEnded()
            return LauncherProbe(outcome: .success(sandbox.description))
        } catch let failure as SandboxFailure {
            return LauncherProbe(outcome: .failure(failure))
        } catch let error as SocketError {
            return LauncherProbe(outcome: .failure(SandboxFailure(description: "the launcher cannot be started: \(error)")))
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
