import EventLoop
import Foundation
import HTTPMessage
import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

extension SandboxTier {
    /// Those that this machine can make: the launcher is asked, where it has no namespaces.
    static let available: [SandboxTier] = {
        guard let launcher = try? LauncherProbeTests.withoutNamespaces(CompiledLauncher.shared.get().executable) else {
            return [.namespaces]
        }
        return (try? run(launcher, ["--probe", "landlock"]).status) == 0 ? [.namespaces, .landlock] : [.namespaces]
    }()
}

@Suite("What the machine allows", .timeLimit(.minutes(15)))
struct LauncherProbeTests {
    /// The weaker tier, where the machine can make it.
    private static let weaker = SandboxTier.available.filter { $0 == .landlock }

    /// A launcher for which the machine has no namespaces.
    static func withoutNamespaces(_ launcher: String) throws -> String {
        let path = launcher + "-without-namespaces-\(UUID())"
        let script = """
            #!/bin/sh
            \(geteuid() == 0 ? "exec setpriv --reuid=65534 --regid=65534 --clear-groups --" : "exec") \\
                unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_user_namespaces; exec \(launcher) "$@"' sh "$@"
            """
        // By a program of its own: what this process has open for writing, programs that other tests start just then have too for a moment,
        // and what is open for writing cannot be executed.
        let written = try run("/bin/sh", ["-c", "printf %s \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", script, path])
        try #require(written.status == 0, "\(written.text)")
        return path
    }

    @Test("namespaces are used where they are to be had")
    func namespaces() async throws {
        let launcher = try CompiledLauncher.shared.get().executable
        try await withLoop { loop in
            let probe = try await LauncherProbe.run(LauncherInstallation(executable: launcher), allowsLandlock: true, on: loop)
            #expect(probe.failure == nil && probe.installation.tier == .namespaces && probe.description.contains("namespaces"))
            try probe.requireNamespaces()
        }
    }

    @Test("the weaker tier is to be had wherever the kernel has what it needs")
    func kernel() throws {
        #expect(try SandboxTier.available.contains(.landlock) == KernelLandlock.suffices(ownUser: false))
    }

    @Test("without namespaces nothing is run, unless the operator allows the weaker tier", arguments: weaker)
    func landlock(_: SandboxTier) async throws {
        let launcher = try CompiledLauncher.shared.get().executable
        let crippled = try Self.withoutNamespaces(launcher)
        try await withLoop { loop in
            let installation = LauncherInstallation(executable: crippled)
            let refused = try await LauncherProbe.run(installation, on: loop)
            #expect(refused.description.contains("namespaces"), "\(refused)")
            #expect(refused.description.contains("SANDBOX_ALLOW_LANDLOCK=true"), "\(refused)")
            #expect(throws: SandboxFailure.self) { try refused.requireSandboxes() }
            let allowed = try await LauncherProbe.run(installation, allowsLandlock: true, on: loop)
            #expect(allowed.failure == nil && allowed.installation.tier == .landlock)
            #expect(throws: SandboxFailure.self) { try allowed.requireNamespaces() }
            let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 1 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
            let sandbox = try await SandboxProcess.start(allowed.installation, limits: limits, on: loop)
            #expect(sandbox.enclosure?.tier == "landlock")
            #expect(try await sandbox.run("1", in: .python, timeout: .seconds(120)) == 0)
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }

    @Test(
        "in the weaker tier a grant of the network is refused with the reason, and the tools that need one are unavailable",
        arguments: weaker)
    func landlockWithoutNetwork(_: SandboxTier) async throws {
        let launcher = try CompiledLauncher.shared.get().executable
        let settings = ["LAUNCHER": try Self.withoutNamespaces(launcher), "SANDBOX_ALLOW_LANDLOCK": "true"]
        try await withToolExecution(settings: settings) { service in
            let token = try service.personToken(Person(service.loop))
            let refused = try await service.send(
                .post, "/api/v1/sandboxes", token: token,
                CreateSandbox(language: .python, network: NetworkGrant(hosts: ["example.com"])))
            let problem = try refused.decoded(Problem.self)
            #expect(refused.status == 503 && problem.code == .sandboxUnavailable, "\(refused.json)")
            #expect(problem.detail?.contains("no way out to the network") == true && problem.detail?.contains("/tmp") == false)
            let made = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
            #expect(made.status == 201, "\(made.json)")
            let tools: Page<Tool> = try await service.send(.get, "/api/v1/tools", token: token).decoded()
            let unavailable = tools.data.filter { !$0.availability.isAvailable }
            #expect(Set(["browse", "http_request", "read_web_page"]).isSubset(of: Set(unavailable.map(\.name))))
            #expect(!unavailable.contains { $0.name == "python" })
        }
    }
}
