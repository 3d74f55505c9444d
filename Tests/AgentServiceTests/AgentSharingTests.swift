import EventLoop
import HTTPMessage
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

/// Holds a model back until a test lets it speak.
private final class Gate: @unchecked Sendable {
    private var changed: Signal?
    private var isOpen = false

    func makeModel(_ loop: EventLoop) -> ScriptedModelCalls {
        let (models, changed) = (ScriptedModelCalls([["Hello."]]), Signal(on: loop))
        self.changed = changed
        models.beforePiece = { [self] in try await changed.wait { [self] in !isOpen } }
        return models
    }

    func open() {
        isOpen = true
        changed?.notify()
    }
}

@Suite("Sharing of agents", .timeLimit(.minutes(15)))
struct AgentSharingTests {
    private static let path = "/api/v1/agents"

    private func makeColleague(of person: Principal.Person, _ routes: AgentRoutes) -> Principal.Person {
        let other = routes.issuer.makePerson()
        return Principal.Person(user: other.user, organization: person.organization, session: other.session)
    }

    private func share(_ agent: Agent, _ sharing: Sharing, by owner: Principal.Person, _ routes: AgentRoutes) async throws {
        let answer = try await routes.send(
            .patch, "\(Self.path)/\(agent.id)", as: owner, #"{"sharing": "\#(sharing.rawValue)"}"#, fields: [.ifMatch: "*"])
        #expect(try answer.status == 200 && answer.decode(Agent.self).sharing == sharing)
    }

    @Test("an agent is its owner's alone until it is shared; then the organisation reads and lists it, and only its owner changes it")
    func visibility() async throws {
        try await withAgentRoutes { routes in
            let owner = routes.issuer.makePerson()
            let (colleague, stranger) = (makeColleague(of: owner, routes), routes.issuer.makePerson())
            let agent = try await routes.makeAgent(for: owner)
            #expect(agent.sharing == .private && agent.ownerID == owner.user)
            let target = "\(Self.path)/\(agent.id)"
            func listed(_ person: Principal.Person, _ query: String = "") async throws -> [AgentID] {
                try await routes.send(.get, Self.path + query, as: person).decode(Page<Agent>.self).data.map(\.id)
            }
            for other in [colleague, stranger] {
                #expect(try await routes.send(.get, target, as: other).status == 404)
                #expect(try await routes.send(.patch, target, as: other, #"{"name": "x"}"#, fields: [.ifMatch: "*"]).status == 404)
                #expect(try await routes.send(.delete, target, as: other).status == 404)
                #expect(try await listed(other) == [])
            }

            try await share(agent, .organization, by: owner, routes)
            let own = try await routes.makeAgent(for: colleague)
            #expect(try await routes.send(.get, target, as: colleague).decode(Agent.self).ownerID == owner.user)
            #expect(try await listed(colleague) == [own.id, agent.id])
            #expect(try await listed(colleague, "?limit=1") == [own.id])
            #expect(try await listed(colleague, "?id=\(agent.id)") == [agent.id])
            #expect(try await listed(colleague, "?mine=true") == [own.id])
            #expect(try await listed(colleague, "?mine=false") == [agent.id])
            #expect(try await listed(owner) == [agent.id])
            #expect(try await listed(owner, "?mine=false") == [])
            #expect(
                try await routes.send(.patch, target, as: colleague, #"{"name": "x"}"#, fields: [.ifMatch: "*"]).code == .permissionDenied)
            #expect(try await routes.send(.delete, target, as: colleague).code == .permissionDenied)
            #expect(try await routes.send(.get, target, as: stranger).status == 404)
            #expect(try await routes.send(.delete, target, as: stranger).status == 404)
            #expect(try await listed(stranger) == [])

            try await share(agent, .private, by: owner, routes)
            #expect(try await routes.send(.get, target, as: colleague).status == 404)
            #expect(try await listed(colleague) == [own.id])
            #expect(try await routes.send(.delete, target, as: owner).status == 204)
        }
    }

    @Test("who converses with a shared agent has conversations and runs of their own, which its owner does not see")
    func conversations() async throws {
        let gate = Gate()
        gate.open()
        try await withAgentRoutes(runs: gate.makeModel) { routes in
            let owner = routes.issuer.makePerson()
            let (colleague, stranger) = (makeColleague(of: owner, routes), routes.issuer.makePerson())
            let agent = try await routes.makeAgent(for: owner)
            func begin(_ person: Principal.Person) async throws -> RouteAnswer {
                try await routes.send(.post, "/api/v1/conversations", as: person, #"{"agent_id": "\#(agent.id)"}"#)
            }
            #expect(try await begin(colleague).pointers == ["/agent_id"])
            try await share(agent, .organization, by: owner, routes)
            #expect(try await begin(stranger).pointers == ["/agent_id"])
            let conversation = try await begin(colleague).decode(Conversation.self)
            let target = "/api/v1/conversations/\(conversation.id)"
            for other in [owner, stranger] {
                #expect(try await routes.send(.get, target, as: other).status == 404)
                #expect(try await routes.send(.post, target + "/messages", as: other, #"{"content": "?"}"#).status == 404)
            }
            let receipt = try await routes.send(
                .post, target + "/messages", as: colleague, #"{"content": "Hi"}"#, fields: ["prefer": "wait=50"]
            ).decode(MessageReceipt.self)
            #expect(receipt.reply?.content == "Hello.")
            #expect(try await routes.send(.get, "/api/v1/runs/\(receipt.run.id)", as: owner).status == 404)
            // Its tools, sandboxes, files and what it costs are those of whom these claims name.
            let rows = try await routes.administrator.query("SELECT user_id, session_id FROM agent.runs WHERE id = \(receipt.run.id)")
            let (user, session) = try #require(rows.first).decode((UserID, SessionID).self)
            #expect(user == colleague.user && session == colleague.session)
        }
    }

    @Test(
        "unshared or deleted, an agent is told nothing new in others' conversations, which can still be read; a run in progress ends well",
        arguments: [false, true])
    func withdrawn(isDeleted: Bool) async throws {
        let gate = Gate()
        try await withAgentRoutes(runs: gate.makeModel) { routes in
            let owner = routes.issuer.makePerson()
            let colleague = makeColleague(of: owner, routes)
            let agent = try await routes.makeAgent(for: owner)
            try await share(agent, .organization, by: owner, routes)
            let conversation = try await routes.makeConversation(for: colleague, with: agent.id)
            let target = "/api/v1/conversations/\(conversation.id)"
            let run = try await routes.send(.post, target + "/messages", as: colleague, #"{"content": "Hi"}"#).decode(MessageReceipt.self)
                .run
            if isDeleted {
                #expect(try await routes.send(.delete, "\(Self.path)/\(agent.id)", as: owner).status == 204)
            } else {
                try await share(agent, .private, by: owner, routes)
            }
            gate.open()
            var status = run.status
            try await routes.loop.eventually {
                status = try await routes.send(.get, "/api/v1/runs/\(run.id)", as: colleague).decode(Run.self).status
                return status.isFinal
            }
            #expect(status == .completed)

            let refused = try await routes.send(.post, target + "/messages", as: colleague, #"{"content": "And?"}"#)
            #expect(refused.code == .conflict)
            #expect(
                try refused.decode(Problem.self).detail
                    == (isDeleted
                        ? "The agent of this conversation was deleted."
                        : "The agent of this conversation is not shared with you any more."))
            #expect(try await routes.send(.get, target + "/messages", as: colleague).decode(Page<Message>.self).data.count == 2)
            let another = try await routes.send(.post, "/api/v1/conversations", as: colleague, #"{"agent_id": "\#(agent.id)"}"#)
            #expect(another.pointers == ["/agent_id"])
            if isDeleted { return }
            try await share(agent, .organization, by: owner, routes)
            #expect(try await routes.send(.post, target + "/messages", as: colleague, #"{"content": "And?"}"#).status == 202)
        }
    }
}
