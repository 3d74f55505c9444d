import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import WireProtocol

/// Calls an agent and a simulation service as one person. Whatever does not go as it should ends the measurement.
final class CrewCaller {
    static let members = 4
    static let tasks = 8

    /// What is read of a simulation here.
    private struct SimulationSketch: Decodable { let id: SimulationID }

    struct Unexpected: Error {
        let status: Int
        let body: String
    }

    private let loop: EventLoop
    private let client: HTTPClient
    private let agent: HTTPOrigin
    private let simulation: HTTPOrigin
    private let token: String
    private var wanted: CreateSimulation?

    init(_ loop: EventLoop, _ concurrency: Int, agent: HTTPOrigin, simulation: HTTPOrigin, token: String) throws {
        self.loop = loop
        self.agent = agent
        self.simulation = simulation
        self.token = token
        client = HTTPClient(on: loop, limits: HTTPClientLimits(lastingCalls: concurrency))
    }

    /// Asks until both services are ready; throws after 60 seconds.
    func waitUntilReady() async throws {
        for origin in [agent, simulation] {
            try await loop.withTimeout(.seconds(60)) { [self] in
                while (try? await client.send(HTTPClientRequest(.get, "/readyz"), to: origin))?.status != .ok {
                    try await loop.sleep(for: .milliseconds(20))
                }
            }
        }
    }

    /// Makes agents, a scenario and a crew.
    func prepare() async throws {
        var members: [CrewMember] = []
        for number in 0..<Self.members {
            let made: Agent = try await post(
                "/api/v1/agents", CreateAgent(name: "Measured", instructions: "Be brief.", mode: .chat), to: agent)
            members.append(CrewMember(name: "member\(number)", agentID: made.id, role: "Expert", goal: "Speed"))
        }
        let tasks = (0..<Self.tasks).map {
            CrewTask(name: "task\($0)", description: "Do it", expectedOutput: "It", member: "member\($0 % Self.members)")
        }
        let scenario: Scenario = try await post("/api/v1/scenarios", CreateScenario(name: "Measured", setting: "A race."), to: simulation)
        let crew: Crew = try await post(
            "/api/v1/crews", CreateCrew(name: "Measured", process: .sequential, members: members, tasks: tasks), to: simulation)
        wanted = CreateSimulation(scenarioID: scenario.id, crewID: crew.id, seed: 1)
    }

    /// Runs a simulation until all its tasks are done, and tells how many seconds that took.
    func rehearse() async throws -> Double {
        let start = loop.preciseNow
        let begun: SimulationSketch = try await post("/api/v1/simulations", wanted, to: simulation)
        let fields: HTTPFields = [.authorization: "Bearer " + token, .accept: "text/event-stream"]
        let response = try await client.send(
            HTTPClientRequest(.get, "/api/v1/simulations/\(begun.id)/events", fields: fields), to: simulation)
        var parser = ServerSentEventParser()
        var (done, seconds): (Int, Double?) = (0, nil)
        while let bytes = try await response.body.next() {
            for event in try parser.consume(bytes) {
                if event.event == "task.completed" { done += 1 }
                guard event.event == "simulation.waiting" else { continue }
                seconds = (loop.preciseNow - start).seconds
                guard done == Self.tasks else { throw Unexpected(status: 200, body: "\(done) tasks are done") }
                let ended: SimulationSketch = try await post("/api/v1/simulations/\(begun.id)/cancel", NoContent(), to: simulation)
                guard ended.id == begun.id else { throw Unexpected(status: 200, body: "another simulation was ended") }
            }
        }
        // The stream was read to its end, so that its connection is good for the next.
        guard let seconds else { throw Unexpected(status: 200, body: "the stream ended") }
        return seconds
    }

    private func post<Answer: Decodable>(_ path: String, _ body: some Encodable, to origin: HTTPOrigin) async throws -> Answer {
        let fields: HTTPFields = [.authorization: "Bearer " + token, .contentType: "application/json"]
        let response = try await client.send(
            HTTPClientRequest(.post, path, fields: fields, body: .bytes(JSONCodec.encode(body))), to: origin)
        let bytes = try await response.body.collect(upTo: 16 << 20)
        guard (200..<300).contains(response.status.code) else {
            throw Unexpected(status: response.status.code, body: String(decoding: bytes, as: UTF8.self))
        }
        return try JSONCodec.decode(Answer.self, from: bytes, unknownFields: .ignored)
    }
}
