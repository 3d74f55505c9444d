internal import ServiceKit
internal import WireProtocol

/// Pausing sandboxes and measuring them, over HTTP.
struct SandboxControlHandlers {
    let sandboxes: SandboxService
    let peers: PeerForwarder

    func metrics(_: NoContent, _ context: RequestContext) async throws -> Reply<SandboxMetrics> {
        if let answer: Reply<SandboxMetrics> = try await forward(context) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        return .json(SandboxMetrics(try await sandbox.process.measure(), of: sandbox))
    }

    func pause(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        try await sandboxes.setPaused(true, sandbox)
        return .empty
    }

    func resume(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        if let answer: Reply<NoContent> = try await forward(context) { return answer }
        let sandbox = try await sandboxes.running(context.id(), of: context.person())
        try await sandboxes.setPaused(false, sandbox)
        return .empty
    }

    private func forward<Response>(_ context: RequestContext) async throws -> Reply<Response>? {
        let node = try await sandboxes.node(of: context.id(as: SandboxID.self), context.person())
        return try await peers.forward(context, to: node)
    }

    /// Serves them.
    func mount(on routes: ServiceRoutes) {
        routes.on(SandboxControlAPI.sandboxMetrics, metrics)
        routes.on(SandboxControlAPI.pauseSandbox, pause)
        routes.on(SandboxControlAPI.resumeSandbox, resume)
    }
}

extension SandboxMetrics {
    fileprivate init(_ usage: SandboxUsage, of sandbox: LiveSandbox) {
        let enclosure = sandbox.process.enclosure
        self.init(
            paused: sandbox.isPaused, cpuSeconds: Double(usage.processorNanoseconds) / 1e9, memoryBytes: usage.memory,
            memoryPeakBytes: usage.memoryPeak, memoryLimitBytes: sandbox.limits.memoryBytes, processes: usage.processes,
            processesLimit: sandbox.limits.processes, diskBytes: usage.disk, diskLimitBytes: usage.diskSize,
            tier: enclosure?.tier ?? "unknown", memoryEnforced: enclosure?.memoryEnforced ?? false,
            cpuEnforced: enclosure?.cpuEnforced ?? false, ownUser: enclosure?.ownUser ?? false)
    }
}
