import HTTPMessage
import JSON
import ScriptedModel
import Testing
import WireProtocol

/// Calls of tools that wait for a person, as a client of the gateway sees them.
@Suite("Approvals through the gateway", .serialized, .timeLimit(.minutes(15)))
struct ApprovalTests {
    private static let script = ModelScript([
        ScriptedRule(
            turn: 1,
            ScriptedAnswer([
                .delta("I compute."), .toolCall("python", arguments: #"{"code": "print(6 * 7)"}"#),
                .toolCall("python", arguments: #"{"code": "print(7 * 8)"}"#),
            ])), ScriptedRule(turn: 2, .text("That is all.")),
    ])

    private func decoded<T: Decodable>(_ events: [ServerSentEvent], _ type: String, as _: T.Type = T.self) throws -> [T] {
        try events.filter { $0.event == type }.map { try JSONCodec.decode(T.self, from: Array($0.data.utf8), unknownFields: .ignored) }
    }

    @Test("a run asks its person for each call, waits through the death of its service, and does what they say", arguments: AgentMode.known)
    func asked(mode: AgentMode) async throws {
        try await withSystem { system in
            system.model.script = Self.script
            let ada = try await Person.register(system)
            let agent = try await ada.post(
                "/api/v1/agents", CreateAgent(name: "Tester", instructions: "You compute.", mode: mode, tools: ["python"])
            ).decode(Agent.self)
            let rule = ToolPolicyRule(tool: "python", agentID: agent.id, policy: .ask)
            #expect(try await ada.post("/api/v1/tool-policies", rule).status == 200)
            let conversation = try await ada.post("/api/v1/conversations", CreateConversation(agentID: agent.id)).decode(Conversation.self)
            let stream = try await ada.events(
                "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "6 times 7, 7 times 8?"))
            let run = try #require(stream.fields[.location])
            // The stream of the message ends where the person has to say something.
            let asked = try #require(try decoded(try await stream.rest(), "approval.requested", as: ApprovalRequested.self).last)
            #expect(asked.name == "python" && asked.arguments == #"{"code": "print(6 * 7)"}"#)
            #expect(try await ada.get(run).decode(Run.self).status == .awaitingApproval)

            try await system[.agent].kill()
            try system[.agent].start()
            try await system.waitUntilReady(.agent)
            #expect(try await ada.get(run).decode(Run.self).status == .awaitingApproval)
            #expect(try await ada.get("/api/v1/approvals").decode(Page<Approval>.self).data.map(\.call) == [asked.call])
            let place = "\(run)/approvals/\(asked.call)"
            let eve = try await Person.register(system, email: "eve@example.com")
            #expect(try await eve.post(place + "/approve", NoContent()).status == 404)
            for _ in 0..<2 { #expect(try await ada.post(place + "/approve", NoContent()).status == 202) }

            // The next call asks for itself.
            let events = try await ada.events(run + "/events")
            var seen: [ServerSentEvent] = []
            while seen.count(where: { $0.event == "approval.requested" }) < 2 { seen.append(try #require(try await events.next())) }
            #expect(try decoded(seen, "tool.completed", as: ToolCompleted.self).map(\.content) == ["42\n"])
            let second = try #require(try decoded(seen, "approval.requested", as: ApprovalRequested.self).last)
            #expect(second.call == asked.call + 1)
            let refusal = try await ada.post("\(run)/approvals/\(second.call)/reject", RejectCall(reason: "One is enough."))
            #expect(refusal.status == 202)
            let all = seen + (try await events.rest())
            #expect(all.last?.event == "run.completed")
            #expect(try decoded(all, "approval.decided", as: ApprovalDecided.self).map(\.decision) == [.approved, .rejected])
            #expect(try decoded(all, "tool.completed", as: ToolCompleted.self).map(\.isError) == [false, true])
            #expect(system.model.requests.last?.messages.last?.content.hasSuffix("One is enough.") == true)
            #expect(try await ada.post(place + "/reject", RejectCall()).status == 409)
        }
    }
}
