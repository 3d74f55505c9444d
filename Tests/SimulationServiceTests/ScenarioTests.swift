import HTTPMessage
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Scenarios")
struct ScenarioTests {
    private static let path = "/api/v1/scenarios"
    private static let whole = """
        {"name": "Launch", "description": "Of a product", "setting": "We launch {product}.", "inputs": {"product": "a kettle"},
         "sharing": "organization"}
        """

    @Test("a scenario is created, read, changed and deleted", .timeLimit(.minutes(15)))
    func life() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let created = try await routes.send(.post, Self.path, as: person, Self.whole)
            #expect(created.status == 201)
            #expect(created.fields[.etag] == "\"1\"")
            let scenario = try created.decode(Scenario.self)
            #expect(created.fields[.location] == "\(Self.path)/\(scenario.id)")
            #expect(scenario.name == "Launch" && scenario.description == "Of a product" && scenario.setting == "We launch {product}.")
            #expect(scenario.inputs == ["product": "a kettle"] && scenario.sharing == .organization && scenario.ownerID == person.user)

            let target = "\(Self.path)/\(scenario.id)"
            #expect(try await routes.send(.get, target, as: person).body == created.body)
            let changed = try await routes.send(
                .patch, target, as: person,
                #"{"description": null, "inputs": {"current_Year": "2026", "product": null}, "sharing": "private"}"#,
                fields: [.ifMatch: "\"1\""])
            #expect(changed.status == 200)
            #expect(changed.fields[.etag] == "\"2\"")
            let second = try changed.decode(Scenario.self)
            #expect(second.description == nil && second.inputs == ["current_Year": "2026"] && second.sharing == .private)
            #expect(second.name == "Launch" && second.version == 2 && second.createdAt == scenario.createdAt)
            #expect(try await routes.send(.patch, target, as: person, "{}", fields: [.ifMatch: "\"1\""]).code == .preconditionFailed)
            #expect(try await routes.send(.patch, target, as: person, "{}").code == .preconditionRequired)
            #expect(try await routes.send(.patch, target, as: person, "{}", fields: [.ifMatch: "*"]).fields[.etag] == "\"2\"")
            // Inputs that a patch does not name stay (RFC 7396), and their bounds are those of all together.
            func patch(_ inputs: String) async throws -> RouteAnswer {
                try await routes.send(.patch, target, as: person, #"{"inputs": \#(inputs)}"#, fields: [.ifMatch: "*"])
            }
            let third = try await patch(#"{"product": "a pot", "gone": null}"#).decode(Scenario.self)
            #expect(third.inputs == ["current_Year": "2026", "product": "a pot"])
            let many = (1...49).map { #""i\#($0)": """# }.joined(separator: ",")
            #expect(try await patch("{\(many)}").decode(Problem.self).errors?.map(\.pointer) == ["/inputs"])
            #expect(try await patch(#"{"a b": ""}"#).decode(Problem.self).errors?.map(\.pointer) == ["/inputs/a b"])

            #expect(try await routes.send(.delete, target, as: person).status == 204)
            #expect(try await routes.send(.delete, target, as: person).status == 404)
            #expect(try await routes.send(.get, target, as: person).status == 404)
        }
    }

    @Test("what is private nobody else sees; what is shared, the organisation may read and only its owner change", .timeLimit(.minutes(15)))
    func sharing() async throws {
        try await withSimulationRoutes { routes in
            let owner = routes.issuer.makePerson()
            let (colleague, stranger) = (routes.makeColleague(of: owner), routes.issuer.makePerson())
            let shared = try await routes.send(.post, Self.path, as: owner, Self.whole).decode(Scenario.self)
            let own = try await routes.send(.post, Self.path, as: owner, #"{"name": "Mine", "setting": "x"}"#).decode(Scenario.self)
            #expect(own.sharing == .private && own.inputs.isEmpty)

            #expect(try await routes.send(.get, "\(Self.path)/\(shared.id)", as: colleague).decode(Scenario.self) == shared)
            #expect(try await routes.send(.get, "\(Self.path)/\(own.id)", as: colleague).status == 404)
            #expect(try await routes.send(.delete, "\(Self.path)/\(own.id)", as: colleague).status == 404)
            #expect(try await routes.send(.delete, "\(Self.path)/\(shared.id)", as: colleague).code == .permissionDenied)
            let change = try await routes.send(
                .patch, "\(Self.path)/\(shared.id)", as: colleague, #"{"name": "x"}"#, fields: [.ifMatch: "*"])
            #expect(change.code == .permissionDenied)
            for id in [shared.id, own.id] {
                #expect(try await routes.send(.get, "\(Self.path)/\(id)", as: stranger).status == 404)
                #expect(try await routes.send(.delete, "\(Self.path)/\(id)", as: stranger).status == 404)
            }

            func names(_ person: Principal.Person, _ query: String = "") async throws -> [String] {
                try await routes.send(.get, Self.path + query, as: person).decode(Page<Scenario>.self).data.map(\.name)
            }
            #expect(try await names(owner) == ["Mine", "Launch"])
            #expect(try await names(colleague) == ["Launch"])
            #expect(try await names(colleague, "?mine=true") == [])
            #expect(try await names(colleague, "?mine=false") == ["Launch"])
            #expect(try await names(owner, "?mine=false") == [])
            #expect(try await names(stranger) == [])
        }
    }

    @Test("a list is read page by page, newest first", .timeLimit(.minutes(15)))
    func pages() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            for number in 1...5 {
                _ = try await routes.send(.post, Self.path, as: person, #"{"name": "\#(number)", "setting": "x"}"#)
            }
            var names: [String] = []
            var target: String? = Self.path + "?limit=2"
            while let next = target {
                let page = try await routes.send(.get, next, as: person).decode(Page<Scenario>.self)
                names += page.data.map(\.name)
                target = page.nextCursor.map { Self.path + "?limit=2&cursor=\($0)" }
            }
            #expect(names == ["5", "4", "3", "2", "1"])
            #expect(try await routes.send(.get, Self.path + "?cursor=nonsense", as: person).pointers == ["/cursor"])
            #expect(try await routes.send(.get, Self.path + "?limit=0", as: person).pointers == ["/limit"])
        }
    }

    @Test("wrong fields are refused with their places, and nothing is stored", .timeLimit(.minutes(15)))
    func validation() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let cases: [(String, [String])] = [
                (#"{}"#, ["/name", "/setting"]), (#"{"name": "", "setting": 1}"#, ["/name", "/setting"]),
                (#"{"name": "x", "setting": "x", "colour": 1}"#, ["/colour"]),
                (#"{"name": "x", "setting": "x", "sharing": "world"}"#, ["/sharing"]),
                (#"{"name": "x", "setting": "x", "inputs": {"a b": "x", "c/d": "y", "e": 1}}"#, ["/inputs/e"]),
                (#"{"name": "x", "setting": "x", "inputs": {"a b": "x", "c/d": "y"}}"#, ["/inputs/a b", "/inputs/c~1d"]),
                (#"{"name": "x", "setting": "x", "inputs": {"a": "\#(String(repeating: "x", count: 8001))"}}"#, ["/inputs/a"]),
            ]
            for (json, pointers) in cases {
                let answer = try await routes.send(.post, Self.path, as: person, json)
                #expect(answer.status == 422, "\(json.prefix(100))")
                #expect(answer.pointers == pointers, "\(json.prefix(100))")
            }
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Scenario>.self).data.isEmpty)
        }
    }

    @Test("a request that is sent again with its key makes one scenario", .timeLimit(.minutes(15)))
    func idempotency() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let key: HTTPFields = ["idempotency-key": "one"]
            let first = try await routes.send(.post, Self.path, as: person, Self.whole, fields: key)
            let second = try await routes.send(.post, Self.path, as: person, Self.whole, fields: key)
            #expect(second.body == first.body && second.fields[.location] == first.fields[.location])
            #expect(second.fields["idempotent-replayed"] == "true")
            #expect(
                try await routes.send(.post, Self.path, as: person, #"{"name": "x", "setting": "x"}"#, fields: key).code
                    == .idempotencyKeyReused)
            #expect(try await routes.send(.get, Self.path, as: person).decode(Page<Scenario>.self).data.count == 1)
        }
    }
}
