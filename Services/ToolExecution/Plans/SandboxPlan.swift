internal import WireProtocol

/// How much an organisation may use, all of its sandboxes together.
package struct SandboxPlan: Sendable, Hashable {
    /// At a time.
    package var sandboxes: Int
    /// What those that run at a time may use, in MiB; 0: no limit.
    package var memoryMegabytes: Int
    /// The same of their files.
    package var diskMegabytes: Int
    /// In a day (UTC); 0: no limit.
    package var processorSeconds: Int
    /// What comes out of them in a day (UTC), in MiB; 0: no limit.
    package var outputMegabytes: Int

    package init(
        sandboxes: Int, memoryMegabytes: Int = 0, diskMegabytes: Int = 0, processorSeconds: Int = 0, outputMegabytes: Int = 0
    ) {
        self.sandboxes = sandboxes
        self.memoryMegabytes = memoryMegabytes
        self.diskMegabytes = diskMegabytes
        self.processorSeconds = processorSeconds
        self.outputMegabytes = outputMegabytes
    }

    /// What the running sandboxes of an organisation have been given.
    struct Given: Hashable {
        var sandboxes: Int
        var memoryBytes: Int
        var diskBytes: Int
    }

    /// What the sandboxes of an organisation have used today.
    struct Used: Hashable {
        var processorMicroseconds = 0
        var outputBytes = 0
    }

    /// The problem 403 with one more sandbox of these limits; nil when there is room for it.
    func refusal(of limits: SandboxLimits, beside given: Given) -> Problem? {
        if given.sandboxes >= sandboxes { return Self.problem("sandboxes at a time", "\(given.sandboxes)", nil, "\(sandboxes)") }
        let sums = [
            ("memory of sandboxes at a time", given.memoryBytes, limits.memoryBytes, memoryMegabytes),
            ("disk of sandboxes at a time", given.diskBytes, limits.diskBytes, diskMegabytes),
        ]
        for (name, used, wanted, allowed) in sums where allowed > 0 && used + wanted > allowed << 20 {
            return Self.problem(name, "\(used >> 20) MiB", "\(wanted >> 20) MiB", "\(allowed) MiB")
        }
        return nil
    }

    /// The problem 403 for an organisation that has used up what it may use in a day; nil when it has not.
    func refusal(after used: Used) -> Problem? {
        if processorSeconds > 0, used.processorMicroseconds >= processorSeconds * 1_000_000 {
            return Self.problem("processor time of today", "\(used.processorMicroseconds / 1_000_000) s", nil, "\(processorSeconds) s")
        }
        if outputMegabytes > 0, used.outputBytes >= outputMegabytes << 20 {
            return Self.problem("output of today", "\(used.outputBytes >> 20) MiB", nil, "\(outputMegabytes) MiB")
        }
        return nil
    }

    /// Whether what sandboxes are given at a time is limited together.
    var hasSums: Bool { memoryMegabytes > 0 || diskMegabytes > 0 }

    /// Whether anything is counted against it day by day.
    var hasDailyLimits: Bool { processorSeconds > 0 || outputMegabytes > 0 }

    static func problem(_ limit: String, _ used: String, _ wanted: String?, _ allowed: String) -> Problem {
        let wanted = wanted.map { ", \($0) asked for" } ?? ""
        return Problem(.quotaExceeded, detail: "\(limit) of the organisation: \(used) used\(wanted), \(allowed) allowed")
    }
}
