import EventLoop
import Telemetry
import ToolExecutionService
import WireProtocol

/// Sandboxes without HTTP and rows.
struct SupervisorBenchmark {
    let loop: EventLoop
    let launcher: String
    let rounds: Int

    private static let limits = SandboxLimits(
        memoryBytes: 512 << 20, diskBytes: 256 << 20, processes: 64, outputBytes: 1 << 20, fileBytes: 64 << 20)
    private static let timeout = Duration.seconds(30)

    func run() async throws {
        try await withSupply(SupplyPolicy(python: 16...32, javascript: 2...4, preload: [])) { supply in
            try await measureFresh(supply)
            try await measureThroughput(supply)
        }
        // Without those that wait: what making one costs.
        try await withSupply(SupplyPolicy(python: 0...0, javascript: 0...0, preload: [])) { supply in
            try await measureLaunch(supply)
            try await measureMemory(supply)
            var fresh = Figures()
            for _ in 0..<rounds {
                let sandbox = try await fresh.measure(loop) {
                    let sandbox = try await supply.take(Self.limits)
                    _ = try await sandbox.run("1", in: .python, timeout: Self.timeout)
                    return sandbox
                }
                sandbox.end()
                try await sandbox.waitUntilEnded()
            }
            show("the same from the zygote, none made ahead", asked: "", measured: milliseconds(fresh))
        }
    }

    private func measureFresh(_ supply: SandboxSupply) async throws {
        var fresh = Figures()
        var warm = Figures()
        var ended = Figures()
        for _ in 0..<rounds {
            let sandbox = try await fresh.measure(loop) {
                let sandbox = try await supply.take(Self.limits)
                _ = try await sandbox.run("1", in: .python, timeout: Self.timeout)
                return sandbox
            }
            for _ in 0..<10 {
                _ = try await warm.measure(loop) { try await sandbox.run("1", in: .python, timeout: Self.timeout) }
            }
            try await ended.measure(loop) {
                sandbox.end()
                try await sandbox.waitUntilEnded()
            }
            // One customer after the other, not faster than they are made.
            while supply.readyCount(of: .python) < 4 { try await loop.sleep(for: .milliseconds(1)) }
        }
        show("fresh Python sandbox and first evaluation, supervisor", asked: "p50 6 ms, p99 15 ms", measured: milliseconds(fresh))
        show("warm evaluation, supervisor", asked: "p50 0.15 ms", measured: milliseconds(warm))
        show("kill to the last process gone", asked: "10 ms", measured: milliseconds(ended))
    }

    /// What a launcher's start costs beyond that of any process.
    private func measureLaunch(_ supply: SandboxSupply) async throws {
        var (bare, launched) = (Figures(), Figures())
        for _ in 0..<rounds {
            try await bare.measure(loop) { _ = try await loop.startProcess("/bin/true", arguments: [], descriptors: []).exitStatus() }
            let sandbox = try await launched.measure(loop) { try await supply.take(Self.limits) }
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
        show("start to ready, from the zygote", asked: "", measured: milliseconds(launched))
        show("a bare process (/bin/true), start to end", asked: "", measured: milliseconds(bare))
        let more = rounded(launched.quantile(0.5) - bare.quantile(0.5))
        show("launch overhead over a bare process", asked: "4 ms", measured: "p50 \(more) ms")
    }

    /// What one more idle sandbox with a warm Python costs the machine: what all processes of this one have together, divided among them.
    private func measureMemory(_ supply: SandboxSupply) async throws {
        let count = 16
        func make() async throws -> [SandboxProcess] {
            var made: [SandboxProcess] = []
            for _ in 0..<count {
                let sandbox = try await supply.take(Self.limits)
                _ = try await sandbox.run("1", in: .python, timeout: Self.timeout)
                made.append(sandbox)
            }
            return made
        }
        var sandboxes = try await make()
        let before = ProcessMemory.ofDescendants()
        sandboxes += try await make()
        let after = ProcessMemory.ofDescendants()
        let each = before.flatMap { before in after.map { Double($0 - before) / Double(count) / 1024 } }
        let measured = each.map { "\(rounded($0)) MiB" } ?? "cannot be read by this user"
        show("memory of an idle zygote sandbox, its share (PSS)", asked: "3 MiB", measured: measured)
        for sandbox in sandboxes {
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }

    private func measureThroughput(_ supply: SandboxSupply) async throws {
        let start = loop.preciseNow
        let total = rounds * 3
        try await loop.withTaskScope { scope in
            for caller in 0..<4 {
                scope.spawn {
                    for _ in 0..<(total / 4 + (caller < total % 4 ? 1 : 0)) {
                        let sandbox = try await supply.take(Self.limits)
                        _ = try await sandbox.run("1", in: .python, timeout: Self.timeout)
                        sandbox.end()
                        try await sandbox.waitUntilEnded()
                    }
                }
            }
        }
        let perSecond = Double(total) / (loop.preciseNow - start).seconds
        show("create, evaluate, kill, four at a time", asked: "200 a second", measured: "\(rounded(perSecond)) a second")
    }

    private func withSupply(_ policy: SupplyPolicy, _ body: @escaping (SandboxSupply) async throws -> Void) async throws {
        let supply = SandboxSupply(
            loop: loop, installation: LauncherInstallation(executable: launcher), limits: Self.limits, policy: policy,
            log: Logger(service: "benchmark", level: .warning, output: LogOutput(on: loop)), metrics: MetricsRegistry())
        let running = loop.spawn { try await supply.run() }
        while supply.readyCount(of: .python) < policy.python.lowerBound { try await loop.sleep(for: .milliseconds(10)) }
        try await loop.sleep(for: .milliseconds(500))
        try await body(supply)
        running.cancel()
        await supply.end()
    }
}
