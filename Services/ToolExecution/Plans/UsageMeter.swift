internal import EventLoop
internal import PostgresClient
internal import Telemetry
internal import WireProtocol

/// Counts what the sandboxes of this process use against what their organisations may use in a day, and ends those of an organisation that
/// has used it up.
final class UsageMeter {
    private let loop: EventLoop
    private let database: PostgresClient
    private let host: SandboxHost
    private let log: Logger
    /// What is not in the database yet.
    private var pending: [OrganizationID: SandboxPlan.Used] = [:]

    private static let interval = Duration.seconds(5)
    private static let longestMeasurement = Duration.seconds(5)

    init(loop: EventLoop, database: PostgresClient, host: SandboxHost, log: Logger) {
        self.loop = loop
        self.database = database
        self.host = host
        self.log = log
    }

    /// Throws a problem 403 when an organisation has used up what it may use in a day.
    func check(_ plan: SandboxPlan, of organization: OrganizationID) async throws {
        guard plan.hasDailyLimits else { return }
        let used = try await UsageStore.today(of: organization, in: database.as(organization))
        if let refusal = plan.refusal(after: used) { throw refusal }
    }

    /// Counts what a sandbox has used since it was counted last; what it uses later is counted later.
    func count(_ sandbox: LiveSandbox) async {
        guard !sandbox.process.hasEnded,
            let usage = try? await loop.withTimeout(Self.longestMeasurement, { try await sandbox.process.measure() })
        else { return }
        let total = SandboxPlan.Used(
            processorMicroseconds: Int(clamping: usage.processorNanoseconds / 1000), outputBytes: sandbox.process.outputBytes)
        let organization = sandbox.owner.organization
        pending[organization, default: SandboxPlan.Used()].add(total.since(sandbox.counted))
        sandbox.counted = total
        await store(organization)
    }

    private func store(_ organization: OrganizationID) async {
        guard let more = pending.removeValue(forKey: organization), more != SandboxPlan.Used() else { return }
        do {
            let used = try await UsageStore.add(more, of: organization, in: database.as(organization))
            // Its plan may have changed: those that were made under one that is used up end, and no others.
            for sandbox in host.all where sandbox.owner.organization == organization && sandbox.plan.refusal(after: used) != nil {
                host.end(sandbox, .exhausted)
            }
        } catch {
            // Counted again with what comes next.
            pending[organization, default: SandboxPlan.Used()].add(more)
            log.warning("what an organisation has used could not be written down", ["error": .error(error)])
        }
    }

    /// Counts until cancelled.
    func run() async throws {
        while true {
            try await loop.sleep(for: Self.interval)
            for sandbox in host.all { await count(sandbox) }
        }
    }
}

extension SandboxPlan.Used {
    mutating func add(_ more: Self) {
        processorMicroseconds += more.processorMicroseconds
        outputBytes += more.outputBytes
    }

    /// What came after `earlier`, when this was so much.
    func since(_ earlier: Self) -> Self {
        Self(
            processorMicroseconds: max(0, processorMicroseconds - earlier.processorMicroseconds),
            outputBytes: max(0, outputBytes - earlier.outputBytes))
    }
}
