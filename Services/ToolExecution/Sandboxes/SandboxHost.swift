internal import EventLoop
internal import Telemetry
internal import WireProtocol

/// Why a sandbox ended.
enum SandboxEndReason: String {
    case deleted
    /// Nobody used it for longer than it may be left alone.
    case expired
    /// Another one of its owner needed the room.
    case replaced
    /// It ended by itself: a limit on the whole of it, or a fault.
    case failed
    /// Its organisation has used up what its plan allows for a day.
    case exhausted
    /// This service stopped.
    case stopped
    /// The process that held it is gone.
    case lost
}

/// The sandboxes of this process.
final class SandboxHost {
    /// Called when one has ended and nothing of it is left.
    var onEnd: ((LiveSandbox, SandboxEndReason) -> Void)?

    private let loop: EventLoop
    private let supply: SandboxSupply
    private let capacity: Int
    private let egress: EgressGateway
    private let log: Logger
    private let startSeconds: Histogram
    private let running: Gauge
    private var sandboxes: [SandboxID: LiveSandbox] = [:]
    private var ofConversations: [ConversationID: LiveSandbox] = [:]
    private var reasons: [SandboxID: SandboxEndReason] = [:]
    private var starting = 0

    init(loop: EventLoop, supply: SandboxSupply, capacity: Int, egress: EgressGateway, log: Logger, metrics: MetricsRegistry) {
        self.loop = loop
        self.supply = supply
        self.capacity = capacity
        self.egress = egress
        self.log = log
        startSeconds = metrics.histogram("troupe_sandbox_start_seconds", help: "Time from asking for a sandbox to its being ready.")
        running = metrics.gauge("troupe_sandboxes_running", help: "Sandboxes of this process.")
    }

    /// A sandbox of this process.
    subscript(id: SandboxID) -> LiveSandbox? { sandboxes[id] }

    /// The sandbox of a conversation, if this process has it.
    func sandbox(of conversation: ConversationID) -> LiveSandbox? { ofConversations[conversation] }

    /// What a sandbox of an organisation may ask outside. Throws a problem 422 that names every wrong place below `pointer`.
    func network(_ grant: NetworkGrant?, of organization: OrganizationID, pointer: String) async throws -> EgressRules? {
        guard let grant else { return nil }
        return try await egress.rules(grant, of: organization, pointer: pointer)
    }

    /// Starts a sandbox, for code in this language first. Throws a problem 503 with the reason when none can be made.
    ///
    /// - Parameter preparation: What it may ask outside in place of `network` until that is changed.
    func start(
        _ id: SandboxID, for owner: SandboxOwner, limits: SandboxLimits, plan: SandboxPlan, idleTimeout: Duration,
        network: EgressRules? = nil, preparation: EgressRules? = nil,
        language: CodeLanguage = .python
    ) async throws -> LiveSandbox {
        if preparation ?? network != nil, let failure = supply.installation.tier.networkFailure { throw failure }
        try makeRoom()
        starting += 1
        defer { starting -= 1 }
        let began = loop.preciseNow
        let process: SandboxProcess
        var session: EgressSession?
        do {
            session = try (preparation ?? network).map { try egress.open($0, of: EgressAudit.Origin(owner: owner, sandbox: id)) }
            // What a zygote has imported would hide other versions of it that are installed.
            process = try await supply.take(
                limits, settings: session?.configuration(supply.installation, isLasting: network != nil) ?? [],
                forked: preparation == nil, for: language)
        } catch let failure as SandboxFailure {
            session?.close()
            log.error("no sandbox could be started", ["reason": .string(failure.description)])
            throw failure
        } catch {
            session?.close()
            throw error
        }
        startSeconds.observe((loop.preciseNow - began).seconds)
        let sandbox = LiveSandbox(
            id: id, owner: owner, process: process, limits: limits, plan: plan, idleTimeout: idleTimeout, network: session, on: loop)
        sandboxes[id] = sandbox
        if let conversation = owner.conversation { ofConversations[conversation] = sandbox }
        running.set(Double(sandboxes.count))
        loop.spawn { [self] in
            try await process.waitUntilEnded()
            if let end = process.launcherEnd, end != .inTime {
                log.error("a launcher did not end", ["process": .int(Int(process.identifier)), "killed": .bool(end == .killed)])
            }
            forget(sandbox)
        }
        return sandbox
    }

    /// When this process is full, the conversation that has been idle for longest loses its sandbox.
    private func makeRoom() throws {
        guard sandboxes.count + starting >= capacity else { return }
        let idle = ofConversations.values.filter { !$0.isBusy && !$0.process.hasEnded }
        guard let victim = idle.min(by: { $0.lastUsed < $1.lastUsed }) else {
            throw Problem(.sandboxUnavailable, detail: "all \(capacity) sandboxes are in use")
        }
        end(victim, .replaced)
    }

    /// Ends a sandbox, with all that runs in it.
    func end(_ sandbox: LiveSandbox, _ reason: SandboxEndReason) {
        guard sandboxes[sandbox.id] != nil else { return }
        if reasons[sandbox.id] == nil { reasons[sandbox.id] = reason }
        if let conversation = sandbox.owner.conversation, ofConversations[conversation] === sandbox { ofConversations[conversation] = nil }
        sandbox.process.end()
    }

    private func forget(_ sandbox: LiveSandbox) {
        guard sandboxes.removeValue(forKey: sandbox.id) != nil else { return }
        if let conversation = sandbox.owner.conversation, ofConversations[conversation] === sandbox { ofConversations[conversation] = nil }
        sandbox.network?.close()
        running.set(Double(sandboxes.count))
        onEnd?(sandbox, reasons.removeValue(forKey: sandbox.id) ?? .failed)
    }

    /// The idle sandbox of a conversation of this organisation that has not been used for longest.
    func longestIdle(of organization: OrganizationID, except conversation: ConversationID?) -> LiveSandbox? {
        ofConversations.values.filter {
            $0.owner.organization == organization && $0.owner.conversation != conversation && !$0.isBusy && !$0.process.hasEnded
        }
        .min { $0.lastUsed < $1.lastUsed }
    }

    /// Ends those that were left alone for too long.
    func expire() {
        for sandbox in sandboxes.values where sandbox.isExpired { end(sandbox, .expired) }
    }

    var all: [LiveSandbox] { Array(sandboxes.values) }

    /// Ends all.
    func endAll(_ reason: SandboxEndReason) {
        for sandbox in all { end(sandbox, reason) }
    }

    /// Waits until nothing is left of those that there are.
    func waitUntilEnded() async {
        for sandbox in all { try? await sandbox.process.waitUntilEnded() }
    }
}
