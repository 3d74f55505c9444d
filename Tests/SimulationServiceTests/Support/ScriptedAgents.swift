import EventLoop
import HTTPClient
import HTTPMessage
import HTTPServer
import ServiceKit
import Support
import Telemetry
import WireProtocol

/// What a simulation needs of the agent service, over a real socket and with real tokens.
final class ScriptedAgents {
    let origin: HTTPOrigin
    private let loop: EventLoop
    private let listener: Listener
    /// Whether it answers nothing but 503.
    var isDown = false
    /// Whose each agent is.
    private var owners: [AgentID: UserID] = [:]
    /// How often an agent was asked for.
    private(set) var lookups = 0

    init(on loop: EventLoop, verifier: TokenVerifier) throws {
        self.loop = loop
        listener = try loop.listen(on: .loopback(port: 0))
        origin = HTTPOrigin(host: "127.0.0.1", port: listener.address.port)
        let log = Logger(service: "agents", level: .error, output: LogOutput(on: loop))
        let routes = ServiceRoutes(loop: loop, verifier: verifier, log: log, metrics: MetricsRegistry())
        routes.on(AgentAPI.getAgent) { [unowned self] _, context in
            if isDown { throw Problem(.unavailable) }
            lookups += 1
            let id: AgentID = try context.id()
            guard owners[id] == (try context.person().user) else { throw Problem(.notFound) }
            return .json(agent(id))
        }
        let server = HTTPServer(on: loop)
        loop.spawn { [listener] in try await server.serve(listener, routes.handle) }
    }

    func stop() { listener.close() }

    /// An agent of a person.
    func make(for person: Principal.Person) -> AgentID {
        let id = AgentID(loop.makeID())
        owners[id] = person.user
        return id
    }

    /// Deletes an agent.
    func remove(_ agent: AgentID) { owners[agent] = nil }

    private func agent(_ id: AgentID) -> Agent {
        let now = Timestamp(microseconds: loop.wallClock)
        return Agent(id: id, name: "Agent", instructions: "", mode: .chat, maxSteps: 1, version: 1, createdAt: now, updatedAt: now)
    }
}
