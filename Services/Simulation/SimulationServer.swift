internal import EventLoop
internal import HTTPClient
internal import Journal
internal import PostgresClient
internal import RedisClient
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// The simulation service on one loop: everything is made and connected here, top to bottom.
package enum SimulationServer {
    /// Serves until the runtime is asked to stop.
    package static func serve(_ configuration: SimulationConfiguration, _ runtime: ServiceRuntime) async throws {
        let (loop, log) = (runtime.loop, runtime.log)
        let database = configuration.database.makeClient(on: loop, loops: runtime.loopCount)
        defer { database.close() }
        try await migrator().requireVersion(client: database)
        // Every open turn is a call of agent that lasts as long as its run, or until its person has decided.
        let caller = HTTPClient(on: loop, limits: HTTPClientLimits(lastingCalls: configuration.capacity))
        defer { caller.shutDown() }
        let identity = ServiceIdentity(.simulation, loop: loop, caller: caller, configuration: configuration.identity)
        let agent = identity.client(of: configuration.agentOrigin, .agent, log: runtime.log)

        let scenarios = ScenarioService(loop: loop, database: database)
        let directory = AgentDirectory(agent, on: loop)
        let tools = RemoteToolDirectory(identity.client(of: configuration.toolExecutionOrigin, .toolExecution, log: runtime.log))
        let crews = CrewService(loop: loop, database: database, agents: directory, tools: tools)

        let journal = PostgresJournal(database, .simulation)
        let redis = configuration.redis.map { RedisClient(on: loop, configuration: $0) }
        let redisWake = redis.map { RedisWake($0, .simulation, on: loop) }
        let wake: any Wake = redisWake ?? LocalWake()
        let tail: any JournalTail = redis.map { RedisTail($0, .simulation, on: loop) } ?? PollingTail(on: loop)
        let world = SimulationWorld(
            loop: loop, database: database, journal: journal, members: RemoteMemberCalls(agent, on: loop), log: log,
            metrics: runtime.metrics)
        let worker = JournalWorker(
            .simulation, in: journal, wake: wake, tail: tail, on: loop, log: log, metrics: runtime.metrics,
            works: configuration.role != .api, capacity: configuration.capacity
        ) { try await world.driver($0) }
        let simulations = SimulationService(
            world, worker: worker, wake: wake, database: database, scenarios: scenarios, crews: crews, directory: directory,
            limit: configuration.simulationsPerPerson)

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("auth", isEssential: true) { try identity.verifier.requireFresh() }

        if let redis {
            runtime.health.add("redis", isEssential: false) { _ = try await redis.send(["PING"]) }
        }

        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: runtime.metrics)
        ScenarioHandlers(scenarios: scenarios, database: database).mount(on: routes)
        CrewHandlers(crews: crews, importer: try CrewImporter(), database: database).mount(on: routes)
        SimulationHandlers(loop: loop, simulations: simulations, viewer: JournalViewer(worker), database: database).mount(on: routes)
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        var background = [identity.verifier.run, worker.run]
        if runtime.loopIndex == 0 { background.append(runtime.repeating(every: Housekeeping.interval, Housekeeping(database).tidy)) }
        if let redis { background.append(redis.run) }
        if let redisWake { background.append(redisWake.run) }
        try await runtime.serve(routes.handle, background: background)
    }
}
