internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit

/// What envd says of the sandbox itself: that it is there, what it uses, which variables it has.
struct EnvdStateHandlers {
    let access: SandboxAccess
    let limits: SandboxLimits

    func health(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { _ in HTTPServerResponse(status: .noContent) }
    }

    func metrics(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            let usage = try await sandbox.process.measure()
            return try .json([
                "ts": .int(Int(sandbox.loop.wallClock / 1_000_000)), "cpu_count": .int(limits.processors),
                "cpu_used_pct": .double(sandbox.processorPercent(usage)), "mem_total": .int(sandbox.limits.memoryBytes),
                "mem_used": .int(usage.memory), "mem_total_mib": .int(sandbox.limits.memoryBytes >> 20),
                "mem_used_mib": .int(usage.memory >> 20), "disk_used": .int(usage.disk), "disk_total": .int(usage.diskSize),
            ])
        }
    }

    func variables(_ context: RequestContext) async throws -> HTTPServerResponse {
        try await access.reach(context.request, context) { sandbox in
            try .json(
                .object(
                    sandbox.environment.sorted { $0.key < $1.key }.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }))
        }
    }
}

extension SandboxLimits {
    /// How many processors a sandbox has for itself, as E2B's programs count: at least one.
    var processors: Int { cpuPercent > 0 ? (cpuPercent + 99) / 100 : 1 }
}
