import HTTPMessage
import JSON
import ScriptedModel
import Testing
import WireProtocol

/// Calls of tools that wait for the one who rehearses, as a client of the gateway sees them.
@Suite("Approvals in rehearsals", .serialized, .timeLimit(.minutes(15)))
struct RehearsalApprovalTests {
    private typealias Simulation = WireProtocol.Simulation

    /// In each turn the model computes first and says something then.
    private static let script = ModelScript(
        ["Your task", "Answer the people"].map {
            ScriptedRule(match: $0, ScriptedAnswer([.toolCall("python", arguments: #"{"code": "print(6 * 7)"}"#)]))
        } + [ScriptedRule(.text("Done."))])

    /// Begins a simulation of a crew whose only member may compute when it has asked.
    private func begin(_ person: Person) async throws -> Simulation {
        let agent = try await person.post(
            "/api/v1/agents", CreateAgent(name: "Tester", instructions: "You compute.", mode: .chat, tools: ["python"])
        ).decode(Agent.self)
        let rule = ToolPolicyRule(tool: "python", agentID: agent.id, policy: .ask)
        #expect(try await person.post("/api/v1/tool-policies", rule).status == 200)
        return try await person.beginRehearsal(of: agent)
    }

    /// Reads events until one of this name, which is to come.
    private func read(_ stream: EventReader, until name: String) async throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        while let event = try await stream.next() {
            events.append(event)
            // After these nothing happens before somebody speaks.
            if [name, "simulation.waiting", "simulation.paused"].contains(event.event) { break }
        }
        #expect(events.last?.event == name)
        return events
    }

    private func requested(_ events: [ServerSentEvent]) throws -> TurnApprovalRequested {
        let event = try #require(events.last)
        #expect(event.event == "approval.requested")
        return try JSONCodec.decode(TurnApprovalRequested.self, from: Array(event.data.utf8), unknownFields: .ignored)
    }

    @Test("a crew asks its owner for each call, waits through the death of both services, and goes on with what they say")
    func asked() async throws {
        try await withSystem { system in
            system.model.script = Self.script
            let ada = try await Person.register(system)
            let path = "/api/v1/simulations/\(try await begin(ada).id)"
            func status() async throws -> SimulationStatus { try await ada.get(path).decode(Simulation.self).status }
            var seen = try await read(try await ada.events(path + "/events"), until: "approval.requested")
            let first = try requested(seen)
            #expect(first.member == "anna" && first.turn == 1 && first.name == "python" && first.arguments.contains("6 * 7"))
            #expect(try await status() == .awaitingApproval)
            let waiting = try await ada.get("/api/v1/approvals").decode(Page<Approval>.self).data
            #expect(waiting.map(\.runID) == [first.runID] && waiting.map(\.call) == [first.call])

            for service in [ServiceName.simulation, .agent] {
                try await system[service].kill()
                try system[service].start()
                try await system.waitUntilReady(service)
            }
            #expect(try await status() == .awaitingApproval)
            func decide(_ asked: TurnApprovalRequested, _ word: String, _ body: some Encodable) async throws {
                #expect(try await ada.post("/api/v1/runs/\(asked.runID)/approvals/\(asked.call)/\(word)", body).status == 202)
            }
            try await decide(first, "approve", NoContent())
            // The next task asks for itself.
            seen += try await read(try await ada.events(path + "/events", after: seen.count), until: "approval.requested")
            #expect(system.model.requests.contains { $0.messages.last?.content == "42\n" })
            let second = try requested(seen)
            #expect(second.turn == 2 && second.runID != first.runID)
            try await decide(second, "reject", RejectCall(reason: "Once is enough."))
            seen += try await read(try await ada.events(path + "/events", after: seen.count), until: "simulation.waiting")
            #expect(system.model.requests.last?.messages.last?.content.contains("Once is enough.") == true)
            #expect(
                seen.compactMap(\.event) == [
                    "simulation.started", "turn.started", "approval.requested", "approval.decided", "turn.completed", "task.completed",
                    "turn.started", "approval.requested", "approval.decided", "turn.completed", "task.completed", "simulation.waiting",
                ])

            // Who speaks is told that they have to decide, and may end it instead.
            let chat = try await ada.events(path + "/chat", method: .post, body: SimulationChat(content: "And now?")).rest()
            let third = try requested(chat)
            // Nobody answers before they have decided.
            let unheard = try await ada.events(path + "/chat", method: .post, body: SimulationChat(content: "Still there?")).rest()
            #expect(unheard.compactMap(\.event) == ["person.spoke"])
            let summary = try await ada.post(path + "/complete", NoContent()).decode(Simulation.self).summary
            #expect(summary?.tasks.map(\.output) == ["Done.", "Done."] && summary?.turns == 3)
            let stream = try await ada.events("/api/v1/runs/\(third.runID)/events").rest()
            #expect(stream.last?.event == "run.cancelled")
            #expect(try await ada.get("/api/v1/approvals").decode(Page<Approval>.self).data == [])
        }
    }
}
