internal import WireProtocol

/// How many sandboxes there may be, and how much each may use.
package struct SandboxPolicy: Sendable {
    /// Of this process.
    package var capacity: Int
    /// How much an organisation may use.
    package var plans: SandboxPlans
    /// After how many seconds without use one ends, unless its maker says otherwise.
    package var idleSeconds: Int
    /// The same for the sandbox of a conversation.
    package var conversationIdleSeconds: Int
    /// What a sandbox gets, and the most that can be asked for.
    package var limits: SandboxLimits

    package init(capacity: Int, plans: SandboxPlans, idleSeconds: Int, conversationIdleSeconds: Int, limits: SandboxLimits) {
        self.capacity = capacity
        self.plans = plans
        self.idleSeconds = idleSeconds
        self.conversationIdleSeconds = conversationIdleSeconds
        self.limits = limits
    }

    /// The limits with what a call asks for, never above the own.
    func limits(_ asked: ExecutionLimits?) -> SandboxLimits {
        var limits = limits
        if let memory = asked?.memoryMb { limits.memoryBytes = min(limits.memoryBytes, max(16, memory) << 20) }
        if let disk = asked?.diskMb { limits.diskBytes = min(limits.diskBytes, max(1, disk) << 20) }
        if let processes = asked?.processes { limits.processes = min(limits.processes, max(4, processes)) }
        return limits
    }

    /// The limits of a person's own sandbox; a problem 403 for more than there is to have.
    func limits(_ asked: SandboxSize?) throws -> SandboxLimits {
        guard (asked?.memoryMb ?? 0) << 20 <= limits.memoryBytes, (asked?.diskMb ?? 0) << 20 <= limits.diskBytes,
            asked?.processes ?? 0 <= limits.processes
        else {
            let most = "\(limits.memoryBytes >> 20) MiB of memory, \(limits.diskBytes >> 20) MiB of disk, \(limits.processes) processes"
            throw Problem(.quotaExceeded, detail: "a sandbox may have at most \(most)")
        }
        let wanted = ExecutionLimits(memoryMb: asked?.memoryMb, processes: asked?.processes, diskMb: asked?.diskMb)
        return limits(wanted)
    }
}
