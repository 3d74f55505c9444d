package import JSON

/// What a sandbox uses now.
package struct SandboxMetrics: Codable, Sendable, Hashable, WireRules {
    package var paused: Bool
    /// Of all its processes since it was made.
    package var cpuSeconds: Double
    package var memoryBytes: Int
    package var memoryPeakBytes: Int
    package var memoryLimitBytes: Int
    package var processes: Int
    package var processesLimit: Int
    package var diskBytes: Int
    package var diskLimitBytes: Int
    /// What keeps it apart from the machine.
    package var tier: String
    package var memoryEnforced: Bool
    package var cpuEnforced: Bool
    package var ownUser: Bool

    package init(
        paused: Bool, cpuSeconds: Double, memoryBytes: Int, memoryPeakBytes: Int, memoryLimitBytes: Int, processes: Int,
        processesLimit: Int,
        diskBytes: Int, diskLimitBytes: Int, tier: String, memoryEnforced: Bool, cpuEnforced: Bool, ownUser: Bool
    ) {
        self.paused = paused
        self.cpuSeconds = cpuSeconds
        self.memoryBytes = memoryBytes
        self.memoryPeakBytes = memoryPeakBytes
        self.memoryLimitBytes = memoryLimitBytes
        self.processes = processes
        self.processesLimit = processesLimit
        self.diskBytes = diskBytes
        self.diskLimitBytes = diskLimitBytes
        self.tier = tier
        self.memoryEnforced = memoryEnforced
        self.cpuEnforced = cpuEnforced
        self.ownUser = ownUser
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.cpuSeconds, "Of all its processes since it was made."),
            .describe(CodingKeys.memoryBytes, "Of all its processes and files together."),
            .describe(CodingKeys.tier, "What keeps it apart from the machine: `namespaces`, or the weaker `landlock`."),
            .describe(
                CodingKeys.memoryEnforced, "Whether the kernel limits the memory of all processes together; otherwise it is watched."),
            .describe(CodingKeys.cpuEnforced, "Whether the kernel limits its share of the processors."),
            .describe(CodingKeys.ownUser, "Whether it is a user of its own on the host."),
        ]
    }
}
