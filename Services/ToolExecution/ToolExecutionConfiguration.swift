package import HTTPClient
package import ServiceKit

/// Every setting of the tool-execution service.
package struct ToolExecutionConfiguration: Sendable {
    /// Where it listens, and how it logs and stops.
    package let process: ProcessConfiguration
    /// Where its tables are.
    package let database: DatabaseConfiguration
    /// Whose tokens are believed.
    package let identity: IdentityConfiguration
    /// Where the file service is.
    package let fileOrigin: HTTPOrigin
    /// Where the other processes of this service reach this one; nil: where it listens.
    package let nodeAddress: String?
    /// The sandbox launcher.
    package let launcher: LauncherInstallation
    /// Whether sandboxes may be made without namespaces where those are not to be had.
    package let allowsLandlock: Bool
    /// How many sandboxes there may be, and how much each may use.
    package let sandboxes: SandboxPolicy
    /// How many of them are made ahead of need.
    package let supply: SupplyPolicy

    /// Where Python's packages come from; nil: none are installed.
    package let packages: PackageIndex?
    /// Where the folder of the sockets is made through which sandboxes reach the outside.
    package let egressFolder: String
    /// Keys that seal secrets; nil: none can be kept.
    package let masterKeys: MasterKeys?
    /// A file of certificates to trust outside in place of the system's; nil: the system's.
    package var certificates: String?
    /// Which addresses of the outside they may reach.
    package var addresses = AddressPolicy.publicOnly

    /// Reads the settings.
    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8083)
        if process.loops > 1 { settings.refuse("LOOPS", "must be 1: a sandbox is held by the loop that made it; start more processes") }
        database = DatabaseConfiguration(settings)
        identity = IdentityConfiguration(settings)
        fileOrigin = settings.origin("FILE_URL", default: "http://127.0.0.1:8084", "Where the file service is")
        nodeAddress = settings.optionalString(
            "NODE_ADDRESS", "host:port at which the other replicas reach this one, when it is not HOST and PORT")
        launcher = LauncherInstallation(
            executable: settings.string("LAUNCHER", "Absolute path of the sandbox launcher, with the folder sandbox-drivers beside it"),
            toolchains: Self.toolchains(settings))
        masterKeys = MasterKeys(optional: settings)
        egressFolder = settings.string(
            "EGRESS_FOLDER", default: "/tmp", "Folder for the sockets through which sandboxes reach the outside; not below /run")
        packages = PackageIndex(settings)
        allowsLandlock = settings.bool(
            "SANDBOX_ALLOW_LANDLOCK", default: false, "Whether the weaker tier may run code where namespaces are not to be had")
        let limits = SandboxLimits(
            memoryBytes: settings.int("SANDBOX_MEMORY_MB", default: 512, in: 16...1_048_576, "Memory of a sandbox in MiB") << 20,
            diskBytes: settings.int("SANDBOX_DISK_MB", default: 256, in: 1...1_048_576, "Files of a sandbox in MiB, counted as memory")
                << 20,
            processes: settings.int("SANDBOX_PROCESSES", default: 64, in: 4...65536, "Processes of a sandbox at a time"),
            outputBytes: settings.int("SANDBOX_OUTPUT_KB", default: 1024, in: 1...1_048_576, "Output of one execution in KiB") << 10,
            fileBytes: settings.int("SANDBOX_FILE_MB", default: 64, in: 1...1_048_576, "Largest file that is taken out, in MiB") << 20,
            cpuPercent: settings.int(
                "SANDBOX_CPU_PERCENT", default: 100, in: 0...100_000, "Share of the processors, in percent of one; 0: all"),
            cpuSeconds: settings.int("SANDBOX_CPU_SECONDS", default: 0, in: 0...1_000_000_000, "Processor time of a sandbox; 0: no limit"))
        sandboxes = SandboxPolicy(
            capacity: settings.int("SANDBOXES", default: 64, in: 1...10_000, "Sandboxes of this process at a time"),
            plans: SandboxPlans(settings),
            idleSeconds: settings.int(
                "SANDBOX_IDLE_SECONDS", default: 300, in: 1...86_400, "Seconds without use after which a sandbox ends"),
            conversationIdleSeconds: settings.int(
                "CONVERSATION_IDLE_SECONDS", default: 900, in: 1...86_400, "The same for the sandbox of a conversation"),
            limits: limits)
        let python = settings.int("SANDBOX_POOL_PYTHON", default: 4, in: 0...1000, "Sandboxes with Python that wait ready, at least")
        let javascript = settings.int("SANDBOX_POOL_JAVASCRIPT", default: 0, in: 0...1000, "The same with Node")
        let most = settings.int("SANDBOX_POOL_MOST", default: 32, in: 0...1000, "The most of either that demand may make wait")
        supply = SupplyPolicy(
            python: python...max(python, most), javascript: javascript...max(javascript, most / 8),
            preload: settings.string("SANDBOX_PRELOAD", default: "", "Python modules, separated by commas, that the zygote imports")
                .split(separator: ",").map(String.init),
            zygoteUses: settings.int("ZYGOTE_SANDBOXES", default: 1000, in: 1...1_000_000, "Sandboxes after which the zygote is replaced"),
            zygoteAge: .seconds(
                settings.int("ZYGOTE_SECONDS", default: 3600, in: 1...604_800, "Seconds after which the zygote is replaced")))
    }

    /// As many as leave room for what else a sandbox is shown.
    private static let mostToolchains = 8

    private static func toolchains(_ settings: Settings) -> [String] {
        let folders = settings.string(
            "TOOLCHAINS", default: "",
            "Folders of languages' tools outside of /usr that sandboxes see, separated by commas, like /opt/swift"
        ).split(separator: ",").map(String.init)
        let areFolders = folders.allSatisfy { $0.hasPrefix("/") && $0 != "/" && !$0.contains { "\t\n:".contains($0) } }
        if !areFolders || folders.count > mostToolchains {
            settings.refuse("TOOLCHAINS", "must be at most \(mostToolchains) absolute paths of folders")
        }
        return folders
    }
}
