import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Journal
import PostgresClient
import ServiceClients
import ServiceKit
import SimulationService
import Support
import Telemetry
import Testing
import WireProtocol

/// The endpoints of the simulation service over a database of their own, with real tokens, without a socket.
struct SimulationRoutes {
    let loop: EventLoop
    let issuer: TestIssuer
    let agents: ScriptedAgents
    let routes: ServiceRoutes
    /// As the service.
    let database: PostgresClient
    let viewer: JournalViewer
    /// The agent service, called as the service calls it.
    let agentClient: ServiceClient
    let housekeeping: Housekeeping

    func send(
        _ method: HTTPMethod, _ target: String, as person: Principal.Person, _ json: String? = nil, fields: HTTPFields = HTTPFields()
    ) async throws -> RouteAnswer {
        try await routes.answer(method, target, token: issuer.token(for: person), json, fields: fields, on: loop)
    }

    /// Sends a value.
    func send(_ method: HTTPMethod, _ target: String, as person: Principal.Person, body: some Encodable) async throws -> RouteAnswer {
        try await send(method, target, as: person, String(decoding: JSONCodec.encode(body), as: UTF8.self))
    }

    /// Opens a stream over a socket and reads it to its end.
    func stream(
        _ method: HTTPMethod, _ target: String, as person: Principal.Person, _ json: String? = nil, fields extra: HTTPFields = HTTPFields()
    ) async throws -> [ServerSentEvent] {
        try await routes.stream(method, target, token: issuer.token(for: person), json, fields: extra, on: loop)
    }

    /// Waits for an event with one of these names after a number, and gives all events up to it.
    @discardableResult
    func wait(
        for names: Set<String>, in simulation: WireProtocol.Simulation, of person: Principal.Person, after: Int = 0
    ) async throws -> [(sequence: Int, event: SimulationEvent)] {
        var follower = viewer.follow(JournalID(simulation.id.uuid), in: person.organization, after: after)
        var events: [(sequence: Int, event: SimulationEvent)] = []
        let deadline = loop.preciseNow + .seconds(120)
        while loop.preciseNow < deadline, !follower.isOver {
            for event in try await follower.next(atMost: deadline - loop.preciseNow) {
                events.append((event.sequence, try SimulationEvent(stored: event.data)))
                if names.contains(event.type) { return events }
            }
        }
        Issue.record("no \(names.sorted()) among \(events.map(\.event.tag.rawValue))")
        return events
    }

    /// Somebody else of the same organisation.
    func makeColleague(of person: Principal.Person) -> Principal.Person {
        let other = issuer.makePerson()
        return Principal.Person(user: other.user, organization: person.organization, session: other.session)
    }
}

/// Runs `body` with the endpoints of the service.
///
/// - Parameters:
///   - limit: How many simulations that have not ended a person may have.
///   - restDelay: How long one that waits is held.
func withSimulationRoutes(
    limit: Int = 20, restDelay: Duration = .seconds(10), _ body: @escaping @Sendable (SimulationRoutes) async throws -> Void
) async throws {
    try await withDatabase { loop, database in
        try await database.addService("simulation", loop)
        let setting = DatabaseConfiguration.tenantSetting
        let owner = PostgresClient(loop, database.configuration(user: "simulation_owner", tenantSetting: setting))
        defer { owner.close() }
        _ = try await SimulationServer.migrator().migrate(owner)
        let client = PostgresClient(loop, database.configuration(user: "simulation", tenantSetting: setting))
        let issuer = try TestIssuer(on: loop)
        let caller = HTTPClient(on: loop)
        let identity = ServiceIdentity(
            .simulation, loop: loop, caller: caller,
            configuration: try Settings.read(environment: issuer.environment, IdentityConfiguration.init))
        let verifying = loop.spawn { try await identity.verifier.run() }
        let agents = try ScriptedAgents(on: loop, verifier: identity.verifier)
        defer {
            verifying.cancel()
            agents.stop()
            issuer.stop()
            client.close()
        }
        try await identity.verifier.waitUntilFresh(atMost: .seconds(120))
        let log = Logger(service: "simulation", level: .error, output: LogOutput(on: loop))
        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: log, metrics: MetricsRegistry())
        let service = identity.client(of: agents.origin)
        let directory = AgentDirectory(service, on: loop)
        let scenarios = ScenarioService(loop: loop, database: client)
        let crews = CrewService(loop: loop, database: client, agents: directory, tools: RemoteToolDirectory(service))
        // What nobody gave up is nobody else's, however long the machine stalls.
        let journal = PostgresJournal(client, .simulation, lease: .seconds(3600))
        let wake = LocalWake()
        let world = SimulationWorld(
            loop: loop, database: client, journal: journal, members: RemoteMemberCalls(service, on: loop), log: log,
            metrics: MetricsRegistry())
        let worker = JournalWorker(
            .simulation, in: journal, wake: wake, tail: PollingTail(on: loop), on: loop, log: log, metrics: MetricsRegistry(), works: true,
            restDelay: restDelay
        ) { try await world.driver($0) }
        let working = loop.spawn { try await worker.run() }
        defer { working.cancel() }
        let simulations = SimulationService(
            world, worker: worker, wake: wake, database: client, scenarios: scenarios, crews: crews, directory: directory,
            limit: limit)
        let viewer = JournalViewer(worker)
        ScenarioHandlers(scenarios: scenarios, database: client).mount(on: routes)
        CrewHandlers(crews: crews, importer: try CrewImporter(), database: client).mount(on: routes)
        SimulationHandlers(loop: loop, simulations: simulations, viewer: viewer, database: client).mount(on: routes)
        try await body(
            SimulationRoutes(
                loop: loop, issuer: issuer, agents: agents, routes: routes, database: client, viewer: viewer, agentClient: service,
                housekeeping: Housekeeping(client)))
    }
}
