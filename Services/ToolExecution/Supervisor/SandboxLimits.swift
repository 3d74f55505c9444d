internal import Glibc
internal import WireProtocol

/// How much a sandbox may use.
package struct SandboxLimits: Sendable, Hashable {
    package var memoryBytes: Int
    package var diskBytes: Int
    package var processes: Int
    /// Of one execution, both streams together.
    package var outputBytes: Int
    /// Of the largest file that is taken out.
    package var fileBytes: Int
    /// The share of the processors, in percent of one; 0 for no limit.
    package var cpuPercent: Int
    /// The processor time of all processes together; 0 for no limit.
    package var cpuSeconds: Int

    package init(
        memoryBytes: Int, diskBytes: Int, processes: Int, outputBytes: Int, fileBytes: Int, cpuPercent: Int = 0, cpuSeconds: Int = 0
    ) {
        self.memoryBytes = memoryBytes
        self.diskBytes = diskBytes
        self.processes = processes
        self.outputBytes = outputBytes
        self.fileBytes = fileBytes
        self.cpuPercent = cpuPercent
        self.cpuSeconds = cpuSeconds
    }
}

/// What keeps a sandbox apart from the machine.
enum SandboxTier: String {
    case namespaces
    /// Much weaker: one kernel mechanism fewer stands between the code and the host.
    case landlock

    /// Why its sandboxes cannot be given a way out to the network; nil when they can.
    var networkFailure: SandboxFailure? {
        guard self == .landlock else { return nil }
        return SandboxFailure(
            description: "no way out to the network can be granted here: the sandboxes of this server are of the weaker tier, Landlock")
    }
}

/// Where the launcher and the interpreters' drivers lie.
package struct LauncherInstallation: Sendable, Hashable {
    package var executable: String
    /// The folder of the drivers.
    package var drivers: String
    /// Folders of tools outside of `/usr`, which is seen anyway.
    package var toolchains: [String]
    /// What keeps its sandboxes apart from the machine.
    var tier = SandboxTier.namespaces

    /// The drivers lie where the launcher's build puts them: beside it, in `sandbox-drivers`.
    package init(executable: String, toolchains: [String] = []) {
        self.executable = executable
        self.toolchains = toolchains
        drivers = (executable.lastIndex(of: "/").map { String(executable[...$0]) } ?? "") + "sandbox-drivers"
    }

    /// Its driver, its program and the arguments.
    private var python: String { "\(drivers)/python.py\t/usr/bin/python3\t-B\t-X\tutf8" }

    /// The text of a zygote's configuration frame.
    func zygoteConfiguration(preload: [String]) -> String {
        (["interpreter\tpython\t\(python)"] + preload.map { "preload\t\($0)" }).joined(separator: "\n")
    }

    /// Those that a sandbox sees: the weaker tier shows nothing beyond what every program needs.
    private var shown: [String] { tier == .namespaces ? toolchains : [] }

    /// Where a sandbox looks for programs.
    var programFolders: [String] {
        let further = shown.flatMap { ["\($0)/usr/bin", "\($0)/bin"] }
        return ["/usr/local/bin", "/usr/bin", "/bin"] + further.filter { access($0, X_OK) == 0 }
    }

    /// Debian's matplotlib looks for this below `/etc`, of which a sandbox sees only what every program needs.
    private static let matplotlibSettings = "/usr/share/matplotlib/mpl-data/matplotlibrc"

    /// The configuration frame's text.
    func configuration(_ limits: SandboxLimits) -> String {
        let programs: [(CodeLanguage, String)] = [
            (.python, python),
            (.javascript, "\(drivers)/javascript.cjs\t/usr/bin/node"),
            (.bash, "\(drivers)/bash.sh\t/bin/bash\t--norc\t--noprofile"),
        ]
        let interpreters = programs.flatMap { language, program in
            (ContextTable.interpreters[language] ?? []).map { "interpreter\t\($0)\t\(program)" }
        }
        var tools = shown.map { "bind\t\($0)" }
        if !tools.isEmpty { tools.append("environment\tPATH=\(programFolders.joined(separator: ":"))") }
        return """
            memory_bytes\t\(limits.memoryBytes)
            disk_bytes\t\(limits.diskBytes)
            output_bytes\t\(limits.outputBytes)
            processes\t\(limits.processes)
            tier\t\(tier.rawValue)
            cpu_percent\t\(limits.cpuPercent)
            cpu_seconds\t\(limits.cpuSeconds)
            environment\tMATPLOTLIBRC=\(Self.matplotlibSettings)
            \((tools + interpreters).joined(separator: "\n"))
            """
    }
}
