/// How much a sandbox may use.
package struct SandboxLimits: Sendable, Hashable {
    package var memoryBytes: Int
    package var diskBytes: Int
    package var processes: Int
    /// Of one execution, both streams together.
    package var outputBytes: Int
    /// Of the largest file that is taken out.
    package var fileBytes: Int

    package init(memoryBytes: Int, diskBytes: Int, processes: Int, outputBytes: Int, fileBytes: Int) {
        self.memoryBytes = memoryBytes
        self.diskBytes = diskBytes
        self.processes = processes
        self.outputBytes = outputBytes
        self.fileBytes = fileBytes
    }
}

/// Where the launcher and the interpreters' drivers lie.
package struct LauncherInstallation: Sendable, Hashable {
    package var executable: String
    /// The folder of the drivers.
    package var drivers: String

    /// The drivers lie where the launcher's build puts them: beside it, in `sandbox-drivers`.
    package init(executable: String) {
        self.executable = executable
        drivers = (executable.lastIndex(of: "/").map { String(executable[...$0]) } ?? "") + "sandbox-drivers"
    }

    /// The configuration frame's text.
    func configuration(_ limits: SandboxLimits) -> String {
        """
        memory_bytes\t\(limits.memoryBytes)
        disk_bytes\t\(limits.diskBytes)
        output_bytes\t\(limits.outputBytes)
        file_bytes\t\(limits.fileBytes)
        processes\t\(limits.processes)
        interpreter\tpython\t\(drivers)/python.py\t/usr/bin/python3\t-B\t-s\t-X\tutf8
        interpreter\tjavascript\t\(drivers)/javascript.cjs\t/usr/bin/node
        interpreter\tbash\t\(drivers)/bash.sh\t/bin/bash\t--norc\t--noprofile
        """
    }
}
