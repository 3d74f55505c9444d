import EventLoop
import ExternalHTTP
import Foundation
import HTTPClient
import PostgresClient
import Support
import Telemetry
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The sandboxes of a process", .timeLimit(.minutes(15)))
struct SandboxHostTests {
    @Test("a sandbox is had in the order of asking; who gives up is passed over, and nobody comes in between")
    func order() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let process = try await SandboxProcess.start(installation, limits: limits, on: loop)
            let owner = SandboxOwner(organization: OrganizationID(loop.makeID()), user: UserID(loop.makeID()))
            let sandbox = LiveSandbox(
                id: SandboxID(loop.makeID()), owner: owner, process: process, limits: limits, plan: SandboxPlan(sandboxes: 1),
                idleTimeout: .seconds(600), on: loop)
            #expect(sandbox.take() && !sandbox.take())
            var order: [String] = []
            func wait(_ name: String) -> LoopTask<Void> {
                loop.spawn {
                    try await sandbox.takeWhenFree()
                    order.append(name)
                    sandbox.release()
                }
            }
            let (first, gone, second) = (wait("first"), wait("gone"), wait("second"))
            // All of them wait now; the last asks in the very turn in which it becomes free.
            try await loop.spawn {}.value
            gone.cancel()
            let last = wait("last")
            sandbox.release()
            #expect(!sandbox.take(), "others have asked before")
            for task in [first, second, last] { try await task.value }
            await #expect(throws: CancellationError.self) { try await gone.value }
            #expect(order == ["first", "second", "last"] && sandbox.take())
            process.end()
            try await process.waitUntilEnded()
        }
    }

    @Test("a start that is given up leaves no way out behind")
    func abandoned() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        try await withDatabase { loop, database in
            // Short: so is the longest path of a socket.
            let folder = "/tmp/host." + UUID().uuidString.prefix(8)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let client = PostgresClient(loop, database.configuration())
            defer { client.close() }
            let outside = try ExternalHTTPClient(on: loop, certificates: nil)
            defer { outside.shutDown() }
            let log = Logger(service: "tests", level: .error, output: LogOutput(on: loop))
            let egress = EgressGateway(
                loop: loop, client: outside, addresses: .publicOnly, audit: EgressAudit(loop: loop, database: client, log: log),
                secrets: SecretService(loop: loop, database: client, keyring: nil), parent: folder, log: log)
            let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
            let supply = SandboxSupply(
                loop: loop, installation: installation, limits: limits, policy: SupplyPolicy(python: 0...0, javascript: 0...0, preload: []),
                log: log, metrics: MetricsRegistry())
            let host = SandboxHost(loop: loop, supply: supply, capacity: 1, egress: egress, log: log, metrics: MetricsRegistry())
            let owner = SandboxOwner(organization: OrganizationID(loop.makeID()), user: UserID(loop.makeID()))
            let rules = try EgressRules(NetworkGrant(hosts: ["example.com"]), pointer: "")
            let start = loop.spawn {
                try await host.start(
                    SandboxID(loop.makeID()), for: owner, limits: limits, plan: SandboxPlan(sandboxes: 1), idleTimeout: .seconds(10),
                    network: rules)
            }
            start.cancel()
            await #expect(throws: CancellationError.self) { _ = try await start.value }
            let sockets = try FileManager.default.subpathsOfDirectory(atPath: folder)
            #expect(sockets.count == 1, "only the folder is left: \(sockets)")
            egress.close()
            try FileManager.default.removeItem(atPath: folder)
        }
    }
}
