internal import EventLoop
internal import HTTPClient
internal import Journal
internal import PostgresClient
internal import RedisClient
internal import ServiceClients
package import ServiceKit
internal import Telemetry
internal import WireProtocol

/// The agent service on one loop: everything is made and connected here, top to bottom.
package enum AgentServer {
    /// Serves until the runtime is asked to stop.
    package static func serve(_ configuration: AgentConfiguration, _ runtime: ServiceRuntime) async throws {
        let (loop, log) = (runtime.loop, runtime.log)
        let database = configuration.database.makeClient(on: loop, loops: runtime.loopCount)
        defer { database.close() }
        try await migrator().requireVersion(client: database)
        // Every run may have code running, which is a call that lasts.
        let caller = HTTPClient(on: loop, limits: HTTPClientLimits(lastingCalls: configuration.capacity))
        defer { caller.shutDown() }
        let identity = ServiceIdentity(.agent, loop: loop, caller: caller, configuration: configuration.identity)
        let toolExecution = identity.client(of: configuration.toolExecutionOrigin, .toolExecution, log: log)

        let models = try ConfiguredModels(on: loop, configuration.model, calls: configuration.capacity, metrics: runtime.metrics)
        let tools = RemoteToolCalls(toolExecution, on: loop)
        let journal = PostgresJournal(database, .run)
        let redis = configuration.redis.map { RedisClient(on: loop, configuration: $0) }
        let history = ConversationWindow(loop: loop, database: database, redis: redis)
        let redisWake = redis.map { RedisWake($0, .run, on: loop) }
        let wake: any Wake = redisWake ?? LocalWake()
        let tail: any JournalTail = redis.map { RedisTail($0, .run, on: loop) } ?? PollingTail(on: loop)
        let world = EngineWorld(
            loop: loop, journal: journal, runs: PostgresRunJournal(journal), models: models, tools: tools, history: history, wake: wake,
            tail: tail, log: log, metrics: runtime.metrics)
        let engine = RunEngine(world, works: configuration.role != .api, capacity: configuration.capacity)
        let destinations = KnownDestinations()
        let runs = RunService(
            world, store: RunStore(database), engine: engine, destinations: destinations, runsPerPerson: configuration.runsPerPerson)
        let viewer = JournalViewer(engine.worker)

        let agents = AgentCatalogue(
            loop: loop, database: database, models: models, tools: RemoteToolDirectory(toolExecution))
        let conversations = ConversationService(
            loop: loop, database: database, window: history, destinations: destinations)

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("auth", isEssential: true) { try identity.verifier.requireFresh() }

        if let redis {
            runtime.health.add("redis", isEssential: false) { _ = try await redis.send(["PING"]) }
        }

        let runHandlers = RunHandlers(loop: loop, runs: runs, conversations: conversations, viewer: viewer)
        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: runtime.metrics)
        routes.on(AgentAPI.postMessage, runHandlers.post)
        routes.on(AgentAPI.beginConversation, runHandlers.begin)
        routes.on(AgentAPI.listRuns, runHandlers.list)
        routes.on(AgentAPI.getRun, runHandlers.get)
        routes.on(AgentAPI.listRunEvents, runHandlers.events)
        routes.on(AgentAPI.cancelRun, runHandlers.cancel)
        let approvals = ApprovalService(database, runs: runs, calls: RemoteToolApprovals(toolExecution), wake: wake)
        ApprovalHandlers(approvals: approvals).mount(on: routes)
        AgentHandlers(agents: agents, database: database).mount(on: routes)
        ConversationHandlers(conversations: conversations, database: database).mount(on: routes)
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        var background = [identity.verifier.run, engine.worker.run]
        if runtime.loopIndex == 0 { background.append(runtime.repeating(every: Housekeeping.interval, Housekeeping(database).tidy)) }
        if let redis { background.append(redis.run) }
        if let redisWake { background.append(redisWake.run) }
        try await runtime.serve(routes.handle, background: background)
    }
}
