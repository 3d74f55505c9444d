package import EventLoop
package import Telemetry
package import WireProtocol

/// Where sandboxes come from: those made ahead when one fits, otherwise the launcher, which forks the zygote when there is one.
///
/// A sandbox that was made ahead has served nobody, and is handed out once.
package final class SandboxSupply {
    private let loop: EventLoop
    let installation: LauncherInstallation
    private let limits: SandboxLimits
    private let zygotes: ZygoteKeeper
    private let stocks: [CodeLanguage: SandboxStock]
    private var isStopped = false

    private static let lookInterval = Duration.seconds(30)

    /// Sandboxes with these limits are made ahead.
    package init(
        loop: EventLoop, installation: LauncherInstallation, limits: SandboxLimits, policy: SupplyPolicy, log: Logger,
        metrics: MetricsRegistry
    ) {
        self.loop = loop
        self.installation = installation
        self.limits = limits
        zygotes = ZygoteKeeper(loop: loop, installation: installation, policy: policy, log: log)
        let gauges = metrics.gauges("troupe_sandboxes_ready", help: "Sandboxes that wait for somebody.", labels: ["language"])
        let counters = metrics.counters(
            "troupe_sandboxes_supplied_total", help: "Sandboxes handed out: made ahead, or when they were asked for.",
            labels: ["language", "made"])
        stocks = [.python: policy.python, .javascript: policy.javascript].reduce(into: [:]) { stocks, part in
            stocks[part.key] = SandboxStock(
                part.key, bounds: part.value, ready: gauges.labelled(part.key.rawValue),
                hits: counters.labelled(part.key.rawValue, "ahead"), misses: counters.labelled(part.key.rawValue, "asked"))
        }
    }

    /// A sandbox with these limits and further lines of configuration, for code in this language first. Throws `SandboxFailure`.
    ///
    /// - Parameter forked: Whether its Python may come from the zygote.
    package func take(
        _ limits: SandboxLimits, settings: [String] = [], forked: Bool = true, for language: CodeLanguage = .python
    ) async throws -> SandboxProcess {
        guard limits == self.limits, settings.isEmpty, forked, let stock = stocks[language] else {
            return try await make(limits, settings, forked: forked)
        }
        if let sandbox = stock.take() {
            fill(stock)
            return sandbox
        }
        // Made now, before those that are to wait.
        defer { fill(stock) }
        return try await make(limits)
    }

    /// How many wait with this interpreter started.
    package func readyCount(of language: CodeLanguage) -> Int { stocks[language]?.count ?? 0 }

    private func make(_ limits: SandboxLimits, _ settings: [String] = [], forked: Bool = true) async throws -> SandboxProcess {
        try await SandboxProcess.start(installation, limits: limits, settings: settings, zygote: forked ? zygotes.use() : nil, on: loop)
    }

    private func fill(_ stock: SandboxStock) {
        while !isStopped, stock.beginFilling() {
            loop.spawn { [self] in
                var made: SandboxProcess?
                if let sandbox = try? await make(limits) {
                    do {
                        try await sandbox.startInterpreter(stock.language.rawValue)
                        made = sandbox
                    } catch {
                        sandbox.end()
                    }
                }
                // One that cannot be made is tried again when there is a need, or at the next look.
                guard stock.endFilling(with: made, isWanted: !isStopped) else { return }
                fill(stock)
            }
        }
    }

    /// Keeps the zygote and the stocks until cancelled.
    package func run() async throws {
        try await loop.withTaskScope { [self] scope in
            scope.spawn { [self] in try await zygotes.run() }
            // What is made from the start would only be slower than what the zygote makes.
            let deadline = loop.now + .seconds(2)
            while !zygotes.isWarm, loop.now < deadline { try await loop.sleep(for: .milliseconds(10)) }
            while true {
                for stock in stocks.values {
                    stock.look()
                    fill(stock)
                }
                try await loop.sleep(for: Self.lookInterval)
            }
        }
    }

    /// Ends what nobody has taken, and the zygote, and waits until nothing is left.
    package func end() async {
        isStopped = true
        zygotes.stop()
        for stock in stocks.values { await stock.end() }
    }
}
