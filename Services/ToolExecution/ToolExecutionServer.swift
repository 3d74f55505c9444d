package import EventLoop
internal import ExternalHTTP
internal import HTTPClient
internal import HTTPServer
internal import PostgresClient
internal import ServiceClients
package import ServiceKit
internal import Telemetry
internal import WireProtocol

/// The tool-execution service on one loop: everything is made and connected here, top to bottom.
package enum ToolExecutionServer {
    /// Serves until the runtime is asked to stop.
    package static func serve(_ configuration: ToolExecutionConfiguration, _ runtime: ServiceRuntime) async throws {
        try await serve(configuration, runtime, on: try runtime.listen(host: configuration.process.host, port: configuration.process.port))
    }

    /// The same on a listener that is there already.
    package static func serve(_ configuration: ToolExecutionConfiguration, _ runtime: ServiceRuntime, on listener: Listener) async throws {
        let (loop, log) = (runtime.loop, runtime.log)
        let database = configuration.database.makeClient(on: loop, loops: runtime.loopCount)
        defer { database.close() }
        try await migrator().requireVersion(client: database)
        // A stream of a sandbox that another replica has lasts, and there are as many as this one takes.
        let caller = HTTPClient(on: loop, limits: HTTPClientLimits(lastingCalls: HTTPServerConfiguration().maximumConnections))
        defer { caller.shutDown() }
        let identity = ServiceIdentity(.toolExecution, loop: loop, caller: caller, configuration: configuration.identity)
        let files = identity.client(of: configuration.fileOrigin, .file, log: runtime.log)

        let probe = try await LauncherProbe.run(configuration.launcher, allowsLandlock: configuration.allowsLandlock, on: loop)
        log.info("sandboxes", ["launcher": .string(probe.description)])
        let lease = NodeLease(loop: loop, database: database, address: configuration.nodeAddress ?? "\(listener.address)", log: log)
        try await lease.begin()
        let outside = try ExternalHTTPClient(on: loop, certificates: configuration.certificates)
        defer { outside.shutDown() }
        let audit = EgressAudit(loop: loop, database: database, log: log)
        let secrets = SecretService(loop: loop, database: database, keyring: try configuration.masterKeys?.keyring())
        let egress = EgressGateway(
            loop: loop, client: outside, addresses: configuration.addresses, audit: audit, secrets: secrets,
            parent: configuration.egressFolder, log: log)
        defer { egress.close() }
        let supply = SandboxSupply(
            loop: loop, installation: probe.installation, limits: configuration.sandboxes.limits, policy: configuration.supply,
            log: log,
            metrics: runtime.metrics)
        let host = SandboxHost(
            loop: loop, supply: supply, capacity: configuration.sandboxes.capacity, egress: egress, log: log, metrics: runtime.metrics)
        let meter = UsageMeter(loop: loop, database: database, host: host, log: log)
        let sandboxes = SandboxService(
            loop: loop, database: database, host: host, lease: lease, policy: configuration.sandboxes, meter: meter,
            installer: PackageInstaller(loop: loop, index: configuration.packages), log: log)
        let effects = EffectRunner(loop: loop, database: database, lease: lease, log: log)
        let saver = FileSaver(files: files)
        let executions = ExecutionService(loop: loop, sandboxes: sandboxes, effects: effects, saver: saver)
        let calls = ToolCallService(effects: effects, sandboxes: sandboxes, saver: saver)
        let tools = ToolService(
            loop: loop, sandboxes: sandboxes, host: host, policy: configuration.sandboxes, meter: meter, effects: effects, saver: saver)
        let catalogue = try ToolCatalogue(loop: loop, database: database, sandboxes: probe.failure, network: probe.networkFailure)

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("sandboxes", isEssential: true) { try probe.requireSandboxes() }
        runtime.health.add("isolation", isEssential: false) { try probe.requireNamespaces() }
        runtime.metrics.gauges("troupe_sandbox_tier", help: "1 for the tier of this process's sandboxes.", labels: ["tier"])
            .labelled(probe.failure == nil ? probe.installation.tier.rawValue : "none").set(1)
        runtime.health.add("auth", isEssential: true) { try identity.verifier.requireFresh() }

        let peers = PeerForwarder(caller: caller, lease: lease)
        let sandboxHandlers = SandboxHandlers(sandboxes: sandboxes, executions: executions, peers: peers)
        let contextHandlers = ContextHandlers(sandboxes: sandboxes, effects: effects, peers: peers)
        let commands = CommandService(loop: loop, sandboxes: sandboxes, keptOutput: configuration.sandboxes.limits.outputBytes)
        let commandHandlers = CommandHandlers(commands: commands, sandboxes: sandboxes, effects: effects, peers: peers)
        let fileHandlers = SandboxFileHandlers(sandboxes: sandboxes, effects: effects, peers: peers)
        let callHandlers = ToolCallHandlers(calls: calls, peers: peers)
        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: runtime.metrics)
        routes.on(ToolExecutionAPI.createSandbox, sandboxHandlers.create)
        routes.on(ToolExecutionAPI.listSandboxes, sandboxHandlers.list)
        routes.on(ToolExecutionAPI.getSandbox, sandboxHandlers.get)
        routes.on(ToolExecutionAPI.execute, sandboxHandlers.execute)
        routes.on(ToolExecutionAPI.deleteSandbox, sandboxHandlers.delete)
        routes.on(ToolExecutionAPI.updateSandbox, sandboxHandlers.update)
        routes.on(ToolExecutionAPI.getLogs, sandboxHandlers.logs)
        routes.on(ToolExecutionAPI.createContext, contextHandlers.create)
        routes.on(ToolExecutionAPI.listContexts, contextHandlers.list)
        routes.on(ToolExecutionAPI.restartContext, contextHandlers.restart)
        routes.on(ToolExecutionAPI.deleteContext, contextHandlers.delete)
        routes.on(CommandAPI.startCommand, commandHandlers.start)
        routes.on(CommandAPI.listCommands, commandHandlers.list)
        routes.on(CommandAPI.getCommand, commandHandlers.get)
        routes.on(CommandAPI.followCommand, commandHandlers.follow)
        routes.on(CommandAPI.sendInput, commandHandlers.input)
        routes.on(CommandAPI.signalCommand, commandHandlers.signal)
        routes.on(CommandAPI.resizeTerminal, commandHandlers.resize)
        routes.on(CommandAPI.killCommand, commandHandlers.kill)
        routes.on(SandboxFileAPI.list, fileHandlers.list)
        routes.on(SandboxFileAPI.get, fileHandlers.get)
        routes.on(SandboxFileAPI.remove, fileHandlers.remove)
        routes.on(SandboxFileAPI.read, fileHandlers.read)
        routes.on(SandboxFileAPI.write, fileHandlers.write)
        routes.on(SandboxFileAPI.makeFolder, fileHandlers.makeFolder)
        routes.on(SandboxFileAPI.move, fileHandlers.move)
        routes.on(SandboxFileAPI.download, fileHandlers.download)
        routes.on(SandboxFileAPI.upload, fileHandlers.upload)
        routes.on(SandboxFileAPI.watch, fileHandlers.watch)
        let languageHandlers = LanguageHandlers(
            catalogue: LanguageCatalogue(probe.installation), sandboxes: sandboxes, commands: commands, effects: effects, peers: peers)
        routes.on(LanguageAPI.list, languageHandlers.list)
        routes.on(LanguageAPI.run, languageHandlers.run)
        routes.on(ToolExecutionAPI.callTool, callHandlers.call)
        routes.on(ToolExecutionAPI.cancelToolCall, callHandlers.cancel)
        SandboxControlHandlers(sandboxes: sandboxes, peers: peers).mount(on: routes)
        ToolHandlers(catalogue: catalogue, tools: tools, sandboxes: sandboxes, database: database, peers: peers).mount(on: routes)
        ApprovalHandlers(catalogue: catalogue, database: database).mount(on: routes)
        OwnToolHandlers(catalogue: catalogue, database: database).mount(on: routes)
        NetworkHandlers(audit: audit).mount(on: routes)
        SecretHandlers(secrets: secrets).mount(on: routes)
        let access = SandboxAccess(secret: configuration.identity.clientSecret, sandboxes: sandboxes, peers: peers)
        E2BRoutes(
            loop: loop, sandboxes: sandboxes, commands: commands, peers: peers, access: access, policy: configuration.sandboxes
        ).mount(on: routes)
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        let outcome: Result<Void, any Error>
        do {
            try await runtime.serve(
                routes.handle, on: listener,
                background: [
                    identity.verifier.run, lease.run, sandboxes.run, supply.run, meter.run,
                    runtime.repeating(every: Housekeeping.interval, Housekeeping(database).tidy),
                ])
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await supply.end()
        await sandboxes.endAll()
        try? await effects.waitUntilStored(atMost: .seconds(5))
        await sandboxes.leave()
        try outcome.get()
    }
}
