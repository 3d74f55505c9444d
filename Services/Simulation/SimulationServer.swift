internal import EventLoop
internal import HTTPClient
internal import PostgresClient
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
        let caller = HTTPClient(on: loop)
        defer { caller.shutDown() }
        let identity = ServiceIdentity(.simulation, loop: loop, caller: caller, configuration: configuration.identity)
        let agent = identity.client(of: configuration.agentOrigin)

        let scenarios = ScenarioService(loop: loop, database: database)
        let crews = CrewService(loop: loop, database: database, directory: AgentDirectory(agent))

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("auth", isEssential: true) {
            guard identity.verifier.isFresh else { throw Problem(.unavailable, detail: "revocations have not been read for ten seconds") }
        }

        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: runtime.metrics)
        ScenarioHandlers(scenarios: scenarios, database: database).mount(on: routes)
        CrewHandlers(crews: crews, importer: try CrewImporter(), database: database).mount(on: routes)
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        var background = [identity.verifier.run]
        if runtime.loopIndex == 0 { background.append(Housekeeping(loop: loop, database: database, log: log).run) }
        try await runtime.serve(routes.handle, background: background)
    }
}
