import EventLoop
import Support
import Telemetry
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Sandboxes made ahead", .timeLimit(.minutes(15)))
struct SupplyTests {
    private static let limits = SandboxLimits(
        memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)

    private static func withSupply(
        _ policy: SupplyPolicy, _ body: @escaping @Sendable (EventLoop, SandboxSupply) async throws -> Void
    ) async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        try await withLoop { loop in
            let log = Logger(service: "tests", level: .error, output: LogOutput(on: loop))
            let supply = SandboxSupply(
                loop: loop, installation: installation, limits: limits, policy: policy, log: log, metrics: MetricsRegistry())
            let running = loop.spawn { try await supply.run() }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(loop, supply)) } catch { outcome = .failure(error) }
            running.cancel()
            await supply.end()
            try outcome.get()
        }
    }

    @Test("those that wait are handed out once each, others take their place, and none has another's state")
    func once() async throws {
        try await Self.withSupply(SupplyPolicy(python: 2...4, javascript: 0...1, preload: ["random"])) { loop, supply in
            try await loop.eventually { supply.readyCount(of: .python) == 2 }
            let first = try await supply.take(Self.limits)
            #expect(
                try await first.run(
                    "import builtins; builtins.mark = 1; open('/tmp/mark', 'w').close()", in: .python, timeout: .seconds(120)) == 0)
            try await loop.eventually { supply.readyCount(of: .python) == 2 }
            for _ in 0..<4 {
                let next = try await supply.take(Self.limits)
                let code = "import builtins, os, sys; sys.exit(hasattr(builtins, 'mark') or os.path.exists('/tmp/mark'))"
                #expect(try await next.run(code, in: .python, timeout: .seconds(120)) == 0)
                next.end()
                try await next.waitUntilEnded()
            }
            first.end()
            try await first.waitUntilEnded()
        }
    }

    @Test("one with other limits is made when it is asked for")
    func otherLimits() async throws {
        try await Self.withSupply(SupplyPolicy(python: 1...1, javascript: 0...0, preload: [])) { loop, supply in
            try await loop.eventually { supply.readyCount(of: .python) == 1 }
            var limits = Self.limits
            limits.memoryBytes = 64 << 20
            let sandbox = try await supply.take(limits)
            #expect(supply.readyCount(of: .python) == 1)
            #expect(try await sandbox.run("bytearray(100 << 20)", in: .python, timeout: .seconds(120)) != 0)
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }

    @Test("a language that was asked for once waits from then on")
    func demand() async throws {
        try await Self.withSupply(SupplyPolicy(python: 0...0, javascript: 0...1, preload: [])) { loop, supply in
            #expect(supply.readyCount(of: .javascript) == 0)
            let sandbox = try await supply.take(Self.limits, for: .javascript)
            try await loop.eventually { supply.readyCount(of: .javascript) == 1 }
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }

    @Test("a zygote that has served long enough is replaced, and what it made goes on")
    func rotation() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        try await withLoop { loop in
            let log = Logger(service: "tests", level: .error, output: LogOutput(on: loop))
            let policy = SupplyPolicy(python: 0...0, javascript: 0...0, preload: [], zygoteUses: 2)
            let keeper = ZygoteKeeper(loop: loop, installation: installation, policy: policy, log: log)
            let running = loop.spawn { try await keeper.run() }
            try await loop.eventually { keeper.isWarm }
            let first = keeper.zygote
            var sandboxes: [SandboxProcess] = []
            for _ in 0..<2 {
                sandboxes.append(try await SandboxProcess.start(installation, limits: Self.limits, zygote: keeper.use(), on: loop))
            }
            try await loop.eventually { keeper.isWarm && keeper.zygote !== first }
            try await first?.waitUntilEnded()
            for sandbox in sandboxes {
                #expect(try await sandbox.run("1", in: .python, timeout: .seconds(120)) == 0)
                sandbox.end()
                try await sandbox.waitUntilEnded()
            }
            running.cancel()
            keeper.stop()
        }
    }
}
