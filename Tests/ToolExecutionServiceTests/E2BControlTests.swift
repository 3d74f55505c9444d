import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("E2B's paths", .timeLimit(.minutes(15)))
struct E2BControlTests {
    @Test("a sandbox's access token is shown to who may use it, not to who may look at it")
    func accessToken() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base"] as JSONValue)
            let id = try #require(made.json["sandboxID"]?.string)
            let access = try #require(made.json["envdAccessToken"]?.string)
            #expect(try await service.send(.get, "/sandboxes/\(id)", token: token).json["envdAccessToken"]?.string == access)
            let reader = try service.neighbours.token(for: person, scopes: [.sandboxesRead])
            let shown = try await service.send(.get, "/sandboxes/\(id)", token: reader)
            #expect(shown.status == 200 && shown.json["sandboxID"]?.string == id && shown.json["envdAccessToken"] == nil)
        }
    }

    @Test("what is denied outside is not allowed: all, or the request is refused")
    func denied() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func make(_ network: JSONValue) async throws -> RunningToolExecution.Answer {
                let wish: JSONValue = ["templateID": "base", "allow_internet_access": true, "network": network]
                return try await service.send(.post, "/v2/sandboxes", token: token, wish)
            }
            func hosts(_ network: JSONValue) async throws -> [String]? {
                let id = try #require(try await make(network).json["sandboxID"]?.string)
                return try await service.send(.get, "/api/v1/sandboxes/\(id)", token: token).decoded(Sandbox.self).network?.hosts
            }
            #expect(try await hosts([:]) == ["*"])
            #expect(try await hosts(["denyOut": ["0.0.0.0/0"]]) == nil)
            #expect(try await hosts(["allowOut": ["example.com"], "denyOut": ["0.0.0.0/0"]]) == ["example.com"])
            #expect(try await make(["denyOut": ["8.8.8.8"]]).status == 422)
        }
    }

    @Test("what cannot be kept of a sandbox is refused")
    func metadata() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            for metadata: JSONValue in [["a": "x\0"], ["a\0": "x"]] {
                let wish: JSONValue = ["templateID": "base", "metadata": metadata]
                let refused = try await service.send(.post, "/v2/sandboxes", token: token, wish)
                #expect(refused.status == 422, "\(refused.json)")
            }
        }
    }

    @Test("who connects to a sandbox, or refreshes it, may let it live longer, and not shorter")
    func lifetime() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base", "timeout": 3600] as JSONValue)
            let path = "/sandboxes/\(try #require(made.json["sandboxID"]?.string))"
            func end(after action: String? = nil, _ wish: JSONValue = [:]) async throws -> String {
                if let action {
                    let answer = try await service.send(.post, path + action, token: token, wish)
                    #expect((200..<300).contains(answer.status), "\(answer.json)")
                }
                return try #require(try await service.send(.get, path, token: token).json["endAt"]?.string)
            }
            let first = try await end()
            #expect(try await end(after: "/connect", ["timeout": 300]) == first)
            #expect(try await end(after: "/refreshes", ["duration": 300]) == first)
            #expect(try await end(after: "/timeout", ["timeout": 300]) < first)
            #expect(try await end(after: "/refreshes", ["duration": 7200]) > first)
            #expect(try await end(after: "/connect", ["timeout": 36_000]) > first)
        }
    }

    @Test("lists tell the paused from the running, and each is measured")
    func states() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func make() async throws -> String {
                try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base"] as JSONValue).json["sandboxID"]?.string
                    ?? ""
            }
            let (first, second) = (try await make(), try await make())
            #expect(try await service.send(.post, "/sandboxes/\(first)/pause", token: token).status == 204)
            #expect(try await service.send(.post, "/sandboxes/\(first)/pause", token: token).status == 409)
            func list(_ query: String) async throws -> [String?] {
                try await service.send(.get, "/v2/sandboxes" + query, token: token).json.elements?.map {
                    "\($0["sandboxID"]?.string == first ? 1 : 2) \($0["state"]?.string ?? "")"
                } ?? []
            }
            #expect(try await list("") == ["2 running", "1 paused"])
            #expect(try await list("?state=paused") == ["1 paused"])
            #expect(try await list("?state=running") == ["2 running"])
            #expect(try await list("?state=running%2Cpaused").count == 2)
            #expect(try await service.send(.get, "/v2/sandboxes?state=gone", token: token).status == 422)
            for id in [first, second] {
                let measured = try await service.send(.get, "/sandboxes/\(id)/metrics", token: token).json
                #expect(measured[0]?["memUsed"]?.int ?? 0 > 0 && measured[0]?["cpuUsedPct"]?.double ?? -1 >= 0, "\(measured)")
                #expect(measured[0]?["memTotal"]?.int == 512 << 20 && measured[1] == nil)
            }
            #expect(try await service.send(.get, "/sandboxes/\(first)/metrics?end=1", token: token).json == [])
            let stranger = try service.personToken(Person(service.loop))
            #expect(try await service.send(.get, "/sandboxes/\(first)/metrics", token: stranger).status == 404)
        }
    }

    @Test("a sandbox tells what it uses and its variables to who has its access token, and to nobody else")
    func state() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let wish: JSONValue = ["templateID": "base", "envVars": ["B": "2", "A": "1"]]
            let made = try await service.send(.post, "/v2/sandboxes", token: token, wish).json
            let id = ("e2b-sandbox-id", made["sandboxID"]?.string ?? "")
            let fields = [id, ("x-access-token", made["envdAccessToken"]?.string ?? "")]
            let variables = try await service.send(.get, "/envs", token: "", fields: fields)
            #expect(variables.json == ["A": "1", "B": "2"], "\(variables.json)")
            let measured = try await service.send(.get, "/envd/metrics", token: "", fields: fields).json
            #expect(measured["mem_total"]?.int == 512 << 20 && measured["mem_used"]?.int ?? 0 > 0, "\(measured)")
            #expect(measured["cpu_count"]?.int == 1 && measured["disk_total"]?.int ?? 0 > 0 && measured["ts"]?.int ?? 0 > 0)
            for path in ["/envs", "/envd/metrics"] {
                #expect(try await service.send(.get, path, token: token, fields: [id]).status == 401)
                let wrong = [id, ("x-access-token", String(repeating: "0", count: 64))]
                #expect(try await service.send(.get, path, token: token, fields: wrong).status == 401)
            }
        }
    }

    @Test("variables of one execution count over those of the sandbox, the first time too")
    func variables() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let wish: JSONValue = ["templateID": "base", "envVars": ["A": "of the sandbox", "B": "kept"]]
            let made = try await service.send(.post, "/v2/sandboxes", token: token, wish).json
            let fields = [
                ("e2b-sandbox-id", made["sandboxID"]?.string ?? ""), ("x-access-token", made["envdAccessToken"]?.string ?? ""),
            ]
            let code: JSONValue = ["code": "import os; os.environ['A'], os.environ['B']", "env_vars": ["A": "own"]]
            let answer = String(decoding: try await service.send(.post, "/execute", token: "", code, fields: fields).body, as: UTF8.self)
            #expect(answer.contains("('own', 'kept')"), "\(answer)")
        }
    }

    @Test("what is not there is removed, and moving makes folders, as their own server does it")
    func files() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base"] as JSONValue).json
            let fields = [
                ("e2b-sandbox-id", made["sandboxID"]?.string ?? ""), ("x-access-token", made["envdAccessToken"]?.string ?? ""),
            ]
            func ask(_ method: String, _ message: JSONValue) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/filesystem.Filesystem/\(method)", token: "", message, fields: fields)
            }
            #expect(try await service.upload(.post, "/files?path=a", token: "", [1], fields: fields).status == 200)
            let moved = try await ask("Move", ["source": "a", "destination": "new/folder/b"])
            #expect(moved.json["entry"]?["path"]?.string == "/home/user/new/folder/b", "\(moved.json)")
            #expect(try await ask("Move", ["source": "a", "destination": "/tmp/c"]).json["code"]?.string == "not_found")
            for path in ["new", "new", "never/was/there"] { #expect(try await ask("Remove", ["path": .string(path)]).status == 200) }
            #expect(try await ask("Stat", ["path": "new"]).json["code"]?.string == "not_found")
        }
    }

    @Test("an upload through another process is the same upload")
    func forwarded() async throws {
        try await withToolExecution { service in
            let replica = try await service.replica()
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base"] as JSONValue)
            let fields = [
                ("e2b-sandbox-id", made.json["sandboxID"]?.string ?? ""), ("x-access-token", made.json["envdAccessToken"]?.string ?? ""),
            ]
            let plain = try await replica.upload(.post, "/files?path=a", token: token, [1, 2, 3], fields: fields)
            #expect(plain.status == 200, "\(plain.json)")
            // What is compressed must not be stored as if it were not.
            let compressed = try await replica.upload(
                .post, "/files?path=b", token: token, [1, 2, 3], fields: fields + [("content-encoding", "gzip")])
            #expect(compressed.status == 415, "\(compressed.json)")
            try await replica.stop()
        }
    }
}
