import EventLoop
import HTTPMessage
import PostgresClient
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Agents", .timeLimit(.minutes(15)))
struct AgentTests {
    private static let path = "/api/v1/agents"
    private static let whole = """
        {"name": "Analyst", "description": "Counts", "instructions": "Compute.", "mode": "chat", "temperature": 0.5, "max_steps": 7,
         "model": {"provider": "local", "name": "small"}}
        """
    private static let model = ["MODEL_URL": "http://127.0.0.1:9/v1", "MODEL_NAME": "small"]

    @Test("an agent is created, read, changed and deleted")
    func life() async throws {
        try await withAgentRoutes(model: Self.model) { routes in
            let person = routes.issuer.makePerson()
            let created = try await routes.send(.post, Self.path, as: person, Self.whole)
            #expect(created.status == 201)
            #expect(created.fields[.etag] == "\"1\"")
            let agent = try created.decode(Agent.self)
            #expect(created.fields[.location] == "\(Self.path)/\(agent.id)")
            #expect(agent.name == "Analyst" && agent.description == "Counts" && agent.instructions == "Compute." && agent.mode == .chat)
            #expect(agent.temperature == 0.5 && agent.maxSteps == 7 && agent.version == 1)
            #expect(agent.model == ModelChoice(provider: "local", name: "small"))

            let read = try await routes.send(.get, "\(Self.path)/\(agent.id)", as: person)
            #expect(read.status == 200)
            #expect(read.body == created.body)
            #expect(read.fields[.etag] == "\"1\"")

            let changed = try await routes.send(
                .patch, "\(Self.path)/\(agent.id)", as: person, #"{"name": "Counter", "description": null, "model": null}"#,
                fields: [.ifMatch: "\"1\""])
            #expect(changed.status == 200)
            #expect(changed.fields[.etag] == "\"2\"")
            let second = try changed.decode(Agent.self)
            #expect(second.name == "Counter" && second.description == nil && second.model == nil && second.version == 2)
            #expect(second.temperature == 0.5 && second.instructions == "Compute." && second.createdAt == agent.createdAt)
            #expect(try await routes.send(.get, "\(Self.path)/\(agent.id)", as: person).body == changed.body)

            #expect(try await routes.send(.delete, "\(Self.path)/\(agent.id)", as: person).status == 204)
            #expect(try await routes.send(.delete, "\(Self.path)/\(agent.id)", as: person).status == 404)
            #expect(try await routes.send(.get, "\(Self.path)/\(agent.id)", as: person).status == 404)
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Agent>.self).data == [])
        }
    }

    @Test("a patch of the model changes what it names, and needs all of it where there is none")
    func modelPatch() async throws {
        try await withAgentRoutes(model: Self.model) { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.send(.post, Self.path, as: person, Self.whole).decode(Agent.self)
            func patch(_ model: String) async throws -> RouteAnswer {
                try await routes.send(
                    .patch, "\(Self.path)/\(agent.id)", as: person, #"{"model": \#(model)}"#, fields: [.ifMatch: "*"])
            }
            #expect(try await patch(#"{"name": "big"}"#).decode(Agent.self).model == ModelChoice(provider: "local", name: "big"))
            #expect(try await patch(#"{"provider": "x"}"#).pointers == ["/model/provider"])
            #expect(try await patch("null").decode(Agent.self).model == nil)
            #expect(try await patch(#"{"name": "big"}"#).pointers == ["/model"])
        }
    }

    @Test("an agent is given tools, which stay until others are named")
    func tools() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let created = try await routes.send(
                .post, Self.path, as: person,
                #"{"name": "A", "instructions": "", "mode": "chat", "tools": ["http_request", "python"]}"#, fields: ["idempotency-key": "k"]
            )
            #expect(created.status == 201)
            let agent = try created.decode(Agent.self)
            #expect(agent.tools == ["http_request", "python"])
            let target = "\(Self.path)/\(agent.id)"
            func change(_ json: String) async throws -> RouteAnswer {
                try await routes.send(.patch, target, as: person, json, fields: [.ifMatch: "*"])
            }
            #expect(try await change(#"{"name": "B"}"#).decode(Agent.self).tools == agent.tools)
            #expect(try await change(#"{"mode": "codeact"}"#).decode(Agent.self).tools == agent.tools)
            #expect(try await change(#"{"tools": ["python"]}"#).decode(Agent.self).tools == ["python"])
            #expect(try await routes.send(.get, target, as: person).decode(Agent.self).tools == ["python"])
            #expect(try await change(#"{"tools": [], "mode": "codeact"}"#).decode(Agent.self).tools == [])
            // Asked once more it is answered again, even when no tool can be looked up.
            routes.tools.isDown = true
            let again = try await routes.send(
                .post, Self.path, as: person,
                #"{"name": "A", "instructions": "", "mode": "chat", "tools": ["http_request", "python"]}"#, fields: ["idempotency-key": "k"]
            )
            #expect(again.body == created.body)
            #expect(try await change(#"{"tools": ["python"]}"#).status == 503)
        }
    }

    @Test("tools that an agent cannot call are refused at their places")
    func wrongTools() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let names = #"["python", "nothing", "python", "../x", "read_file"]"#
            let json = #"{"name": "A", "instructions": "", "mode": "chat", "tools": \#(names)}"#
            let answer = try await routes.send(.post, Self.path, as: person, json)
            #expect(answer.status == 422)
            #expect(answer.pointers == ["/tools/1", "/tools/2", "/tools/3", "/tools/4"])
            #expect(routes.tools.asked == [["python", "nothing", "../x", "read_file"]])
            let agent = try await routes.makeAgent(for: person)
            let changed = try await routes.send(
                .patch, "\(Self.path)/\(agent.id)", as: person, #"{"tools": ["nothing"]}"#, fields: [.ifMatch: "*"])
            #expect(changed.pointers == ["/tools/0"])
        }
    }

    @Test("a tool that is gone stands in the way of no change but the one that names it anew")
    func lostTools() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let json = #"{"name": "A", "instructions": "", "mode": "chat", "tools": ["http_request"]}"#
            let agent = try await routes.send(.post, Self.path, as: person, json).decode(Agent.self)
            routes.tools.gone = ["http_request"]
            func change(_ json: String, as person: Principal.Person = person) async throws -> RouteAnswer {
                try await routes.send(.patch, "\(Self.path)/\(agent.id)", as: person, json, fields: [.ifMatch: "*"])
            }
            let changed = try await change(#"{"name": "B", "tools": ["http_request", "python"]}"#).decode(Agent.self)
            #expect(changed.name == "B" && changed.tools == ["http_request", "python"])
            #expect(routes.tools.asked.last == ["python"])
            #expect(try await change(#"{"tools": ["python", "http_request", "python"]}"#).pointers == ["/tools/2"])
            #expect(try await change(#"{"tools": ["http_request", "nothing"]}"#).pointers == ["/tools/1"])
            #expect(try await change(#"{"tools": ["python"]}"#).decode(Agent.self).tools == ["python"])
            #expect(try await change(#"{"tools": ["python", "http_request"]}"#).pointers == ["/tools/1"])
            #expect(try await change(#"{"tools": ["python"]}"#, as: routes.issuer.makePerson()).status == 404)
        }
    }

    @Test("what was said of an agent before stays as a version")
    func versions() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            _ = try await routes.send(
                .patch, "\(Self.path)/\(agent.id)", as: person, #"{"instructions": "Draw."}"#, fields: [.ifMatch: "*"])
            let rows = try await routes.administrator.query(
                "SELECT version, instructions FROM agent.agent_versions WHERE agent_id = \(agent.id) ORDER BY version")
            #expect(try rows.map { try $0.decode((Int, String).self).1 } == ["Compute.", "Draw."])
        }
    }

    @Test("a change needs the entity tag that was read")
    func preconditions() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let target = "\(Self.path)/\(agent.id)"
            func patch(_ json: String, _ tag: String?) async throws -> RouteAnswer {
                try await routes.send(.patch, target, as: person, json, fields: tag.map { [.ifMatch: $0] } ?? [:])
            }
            #expect(try await patch(#"{"name": "A"}"#, nil).code == .preconditionRequired)
            for tag in ["\"2\"", "W/\"1\"", "1", "", "\"11\""] {
                #expect(try await patch(#"{"name": "A"}"#, tag).status == 412, "\(tag)")
            }
            #expect(try await patch(#"{"name": "A"}"#, "\"7\" , \"1\"").fields[.etag] == "\"2\"")
            #expect(try await patch(#"{"name": "B"}"#, "\"1\"").code == .preconditionFailed)
            // What changes nothing makes no version.
            #expect(try await patch(#"{"name": "A"}"#, "\"2\"").fields[.etag] == "\"2\"")
            #expect(try await patch("{}", "*").fields[.etag] == "\"2\"")
            #expect(try await routes.send(.put, target, as: person, #"{"name": "C"}"#, fields: [.ifMatch: "\"2\""]).status == 200)
        }
    }

    @Test("of two changes at the same moment one is told that it came too late")
    func race() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let tasks = ["A", "B"].map { name in
                routes.loop.spawn {
                    try await routes.send(
                        .patch, "\(Self.path)/\(agent.id)", as: person, #"{"name": "\#(name)"}"#, fields: [.ifMatch: "\"1\""]
                    ).status
                }
            }
            var statuses: [Int] = []
            for task in tasks { statuses.append(try await task.value) }
            #expect(statuses.sorted() == [200, 412])
        }
    }

    @Test("lists are pages, newest first, with the address of the next")
    func pages() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            var ids: [AgentID] = []
            for number in 0..<5 { ids.append(try await routes.makeAgent(for: person, name: "Agent \(number)").id) }
            _ = try await routes.makeAgent(for: routes.issuer.makePerson())
            var found: [AgentID] = []
            var target: String? = Self.path + "?limit=2"
            var pages = 0
            while let next = target {
                let answer = try await routes.send(.get, next, as: person)
                let page = try answer.decode(Page<Agent>.self)
                found += page.data.map(\.id)
                pages += 1
                #expect(page.hasMore == (page.nextCursor != nil))
                target = answer.fields[.link]?.split(separator: ">").first.map { String($0.dropFirst()) }
                #expect((target == nil) == !page.hasMore)
            }
            #expect(found == ids.reversed())
            #expect(pages == 3)
            for cursor in ["x", "agt_", ids[0].description + "0"] {
                let answer = try await routes.send(.get, "\(Self.path)?cursor=\(cursor)", as: person)
                #expect(answer.status == 422)
                #expect(answer.pointers == ["/cursor"])
            }
            #expect(try await routes.send(.get, "\(Self.path)?limit=0", as: person).status == 422)
            #expect(try await routes.send(.get, "\(Self.path)?limit=101", as: person).status == 422)
        }
    }

    @Test("the same key makes one agent, and the same answer")
    func idempotency() async throws {
        try await withAgentRoutes(model: Self.model) { routes in
            let person = routes.issuer.makePerson()
            let fields: HTTPFields = ["idempotency-key": "k1"]
            let first = try await routes.send(.post, Self.path, as: person, Self.whole, fields: fields)
            let again = try await routes.send(.post, Self.path, as: person, Self.whole, fields: fields)
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.fields[.etag] == "\"1\"")
            #expect(again.fields[.location] == first.fields[.location])
            #expect(again.fields["idempotent-replayed"] == "true")
            let other = try await routes.send(
                .post, Self.path, as: person, #"{"name": "B", "instructions": "", "mode": "chat"}"#, fields: fields)
            #expect(other.code == .idempotencyKeyReused)
            let stranger = try await routes.send(.post, Self.path, as: routes.issuer.makePerson(), Self.whole, fields: fields)
            #expect(stranger.body != first.body)
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Agent>.self).data.count == 1)
        }
    }

    @Test("somebody else's agent is not there, not even for a colleague")
    func strangers() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let agent = try await routes.makeAgent(for: person)
            let stranger = routes.issuer.makePerson()
            let colleague = Principal.Person(user: stranger.user, organization: person.organization, session: stranger.session)
            for other in [stranger, colleague] {
                let target = "\(Self.path)/\(agent.id)"
                #expect(try await routes.send(.get, target, as: other).status == 404)
                #expect(try await routes.send(.patch, target, as: other, "{}", fields: [.ifMatch: "*"]).status == 404)
                #expect(try await routes.send(.delete, target, as: other).status == 404)
                #expect(try await routes.send(.get, Self.path, as: other).decode(Page<Agent>.self).data == [])
            }
            #expect(try await routes.send(.get, "\(Self.path)/\(agent.id)", as: person).status == 200)
            #expect(try await routes.send(.get, "\(Self.path)/agt_x", as: person).status == 404)
        }
    }

    @Test("a provider that is not configured is refused by its place, when an agent is made and when it is changed")
    func unknownProvider() async throws {
        try await withAgentRoutes { routes in
            let person = routes.issuer.makePerson()
            let refused = try await routes.send(.post, Self.path, as: person, Self.whole)
            #expect(refused.status == 422)
            #expect(refused.pointers == ["/model/provider"])
            let agent = try await routes.makeAgent(for: person)
            let change = try await routes.send(
                .patch, "\(Self.path)/\(agent.id)", as: person, #"{"model": {"provider": "x", "name": "y"}}"#, fields: [.ifMatch: "*"])
            #expect(change.pointers == ["/model/provider"])
        }
    }

    @Test("every wrong field is named", arguments: [#"{"name": "", "instructions": "x", "mode": "dream", "colour": 1}"#])
    func validation(json: String) async throws {
        try await withAgentRoutes { routes in
            let answer = try await routes.send(.post, Self.path, as: routes.issuer.makePerson(), json)
            #expect(answer.status == 422)
            #expect(Set(answer.pointers) == ["/name", "/mode", "/colour"])
        }
    }
}
