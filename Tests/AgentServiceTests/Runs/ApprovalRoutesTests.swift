import AgentService
import HTTPMessage
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("The endpoints of approvals", .timeLimit(.minutes(15)))
struct ApprovalRoutesTests {
    /// Posts a message whose run waits for the person, and returns where its approval is decided.
    private func ask(_ routes: AgentRoutes, as person: Principal.Person) async throws -> (receipt: MessageReceipt, path: String) {
        let json = #"{"name": "Adder", "instructions": "", "mode": "chat", "tools": ["python"]}"#
        let agent = try await routes.send(.post, "/api/v1/agents", as: person, json).decode(Agent.self)
        let conversation = try await routes.makeConversation(for: person, with: agent.id)
        let answer = try await routes.send(
            .post, "/api/v1/conversations/\(conversation.id)/messages", as: person, #"{"content": "?"}"#, fields: ["prefer": "wait=50"])
        #expect(answer.status == 202)
        let receipt = try answer.decode(MessageReceipt.self)
        return (receipt, "/api/v1/runs/\(receipt.run.id)/approvals/4")
    }

    private func withAsking(_ body: @escaping @Sendable (AgentRoutes) async throws -> Void) async throws {
        let calls = [RequestedToolCall(name: "python", arguments: #"{"a":1}"#)]
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["I ask."], ["Done."]], toolCalls: [0: calls]) }, body)
    }

    @Test("who waits for the reply is told at once that the run waits for them, and agrees")
    func approve() async throws {
        try await withAsking { routes in
            let person = routes.issuer.makePerson()
            let (receipt, path) = try await ask(routes, as: person)
            #expect(receipt.run.status == .awaitingApproval && receipt.reply == nil)
            let list = try await routes.send(.get, "/api/v1/approvals", as: person).decode(Page<Approval>.self)
            #expect(list.data.map(\.runID) == [receipt.run.id] && list.data.map(\.name) == ["python"])
            #expect(try await routes.send(.get, "/api/v1/approvals?cursor=x", as: person).pointers == ["/cursor"])

            let stranger = routes.issuer.makePerson()
            #expect(try await routes.send(.get, "/api/v1/approvals", as: stranger).decode(Page<Approval>.self).data.isEmpty)
            #expect(try await routes.send(.post, path + "/approve", as: stranger).status == 404)
            #expect(try await routes.send(.post, path + "/reject", as: stranger, "{}").status == 404)
            for call in ["3", "5", "x", "-1", "99999999999999999999"] {
                let place = "/api/v1/runs/\(receipt.run.id)/approvals/\(call)/approve"
                #expect(try await routes.send(.post, place, as: person).status == 404)
            }

            // What tool-execution does not take is not decided.
            routes.approvals.refusal = Problem(.permissionDenied)
            #expect(try await routes.send(.post, path + "/approve", as: person).status == 403)
            #expect(try await routes.send(.get, "/api/v1/runs/\(receipt.run.id)", as: person).decode(Run.self).status == .awaitingApproval)
            routes.approvals.refusal = nil

            for _ in 0..<2 { #expect(try await routes.send(.post, path + "/approve", as: person).status == 202) }
            let refusal = try await routes.send(.post, path + "/reject", as: person, #"{"reason": "No."}"#)
            #expect(refusal.status == 409 && refusal.code == .conflict)
        }
    }

    @Test("a message that is sent again goes on where its reader was, past what was asked before, to what is asked now")
    func replayed() async throws {
        let calls = [RequestedToolCall(name: "python", arguments: #"{"a":1}"#), RequestedToolCall(name: "python", arguments: #"{"a":2}"#)]
        try await withAgentRoutes(runs: { _ in ScriptedModelCalls([["I ask."], ["Done."]], toolCalls: [0: calls]) }) { routes in
            let person = routes.issuer.makePerson()
            let json = #"{"name": "Adder", "instructions": "", "mode": "chat", "tools": ["python"]}"#
            let agent = try await routes.send(.post, "/api/v1/agents", as: person, json).decode(Agent.self)
            let target = "/api/v1/conversations/\(try await routes.makeConversation(for: person, with: agent.id).id)"
            func post(after shown: Int? = nil) async throws -> [ServerSentEvent] {
                var fields: HTTPFields = ["idempotency-key": "k"]
                if let shown { fields.append("last-event-id", "\(shown)") }
                return try await routes.routes.stream(
                    .post, target + "/messages", token: routes.issuer.token(for: person), #"{"content": "?"}"#, fields: fields,
                    on: routes.loop)
            }
            let first = try await post()
            #expect(first.compactMap(\.id) == ["1", "2", "3", "4", "5", "6"] && first.last?.event == "approval.requested")
            #expect(try await post() == first)
            #expect(try await post(after: 4) == Array(first.dropFirst(4)))
            let early = try await routes.send(
                .post, target + "/messages", as: person, #"{"content": "?"}"#,
                fields: ["idempotency-key": "k", "last-event-id": "999", .accept: "text/event-stream"])
            #expect(early.code == .eventNotYet)
            let run = try #require(try await routes.send(.get, target + "/runs", as: person).decode(Page<Run>.self).data.first)
            #expect(try await routes.send(.post, "/api/v1/runs/\(run.id)/approvals/4/approve", as: person).status == 202)
            var rest: [ServerSentEvent] = []
            // Before the run is claimed again it still waits for the first.
            while rest.last?.event != "approval.requested" { rest = try await post(after: 6) }
            #expect(rest.compactMap(\.event) == ["approval.decided", "tool.completed", "approval.requested"])
            #expect(try await routes.send(.post, "/api/v1/runs/\(run.id)/approvals/5/reject", as: person, "{}").status == 202)
        }
    }

    @Test("a refusal has a reason or none, and no more than its length")
    func reject() async throws {
        try await withAsking { routes in
            let person = routes.issuer.makePerson()
            let (_, path) = try await ask(routes, as: person)
            let long = #"{"reason": "\#(String(repeating: "x", count: 1001))"}"#
            #expect(try await routes.send(.post, path + "/reject", as: person, long).pointers == ["/reason"])
            #expect(try await routes.send(.post, path + "/reject", as: person).status == 202, "nothing has to be said")
            #expect(try await routes.send(.post, path + "/approve", as: person).status == 409)
        }
    }

    @Test("a service that acts for a person decides nothing, and a run that it starts asks nobody")
    func services() async throws {
        try await withAsking { routes in
            let person = routes.issuer.makePerson()
            let (receipt, path) = try await ask(routes, as: person)
            for action in ["/approve", "/reject"] {
                let answer = try await routes.send(.post, path + action, as: person, action == "/reject" ? "{}" : nil, actor: .simulation)
                #expect(answer.status == 403)
            }
            let conversation = try await routes.makeConversation(for: person, with: receipt.run.agentID)
            let answer = try await routes.send(
                .post, "/api/v1/conversations/\(conversation.id)/messages", as: person, #"{"content": "?"}"#,
                fields: ["prefer": "wait=50"], actor: .simulation)
            #expect(answer.status == 200)
            #expect(try answer.decode(MessageReceipt.self).reply?.content == "Done.")
        }
    }
}
