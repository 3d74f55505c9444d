import EventLoop
import HTTPMessage
import JSON
import PostgresClient
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Tools of people's own", .timeLimit(.minutes(15)))
struct OwnToolTests {
    private static let schema: JSONValue = [
        "type": "object", "properties": ["a": ["type": "integer"], "b": ["type": "string"]], "required": ["a"],
        "additionalProperties": false,
    ]

    private func code(_ name: String, _ language: CodeLanguage, _ code: String) -> CreateTool {
        CreateTool(
            name: name, description: "Adds.", parameters: Self.schema, program: ProgramToolTarget(language: language, code: code))
    }

    private func call(
        _ name: String, _ arguments: JSONValue, _ service: RunningToolExecution, token: String, agent: AgentID? = nil,
        approved: Bool? = nil
    ) async throws -> RunningToolExecution.Answer {
        try await service.send(
            .post, "/api/v1/tools/\(name)/execute", token: token,
            ExecuteTool(arguments: arguments, agentID: agent, approved: approved))
    }

    @Test("a program is added, listed, called in each language, changed and removed; nobody else has it")
    func programs() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let tools = [
                code("add_python", .python, "print(ARGUMENTS['a'] + 1, ARGUMENTS.get('b'))"),
                code("add_javascript", .javascript, "console.log(ARGUMENTS.a + 1, ARGUMENTS.b)"),
                code("add_bash", .bash, "echo \"$ARGUMENTS\""),
            ]
            for tool in tools {
                let made = try await service.send(.post, "/api/v1/tools", token: token, tool)
                try #require(made.status == 201, "\(made.json)")
                #expect(made.fields[.location] == "/api/v1/tools/\(tool.name)")
                #expect(try made.decoded(Tool.self).kind == .program)
            }
            let text = "it's \"ö\" $HOME `x` \\ \n"
            let python: ToolResult = try await call("add_python", ["a": 6, "b": .string(text)], service, token: token).decoded()
            #expect(python.content == "7 \(text)\n", "\(python)")
            let javascript: ToolResult = try await call("add_javascript", ["a": 6, "b": .string(text)], service, token: token).decoded()
            #expect(javascript.content == "7 \(text)\n", "\(javascript)")
            #expect(try await call("add_bash", ["a": 6], service, token: token).decoded(ToolResult.self).content == "{\"a\":6}\n")
            let wrong = try await call("add_python", ["a": "six", "c": 1], service, token: token)
            #expect(wrong.status == 422)
            #expect(wrong.json["errors"]?.elements?.compactMap { $0["pointer"]?.string } == ["/arguments/a", "/arguments/c"])
            let list: Page<Tool> = try await service.send(.get, "/api/v1/tools?limit=100", token: token).decoded()
            #expect(list.data.map(\.name).starts(with: ["add_bash", "add_javascript", "add_python", "browse", "http_request"]))
            let some = "/api/v1/tools?name=python&name=add_python&name=nothing&name=read_file"
            let named: Page<Tool> = try await service.send(.get, some, token: token).decoded()
            #expect(named.data.map(\.name) == ["add_python", "python", "read_file"] && !named.hasMore)
            let stranger = try service.personToken(Person(service.loop))
            #expect(try await service.send(.get, "/api/v1/tools/add_bash", token: stranger).status == 404)
            #expect(try await call("add_bash", ["a": 1], service, token: stranger).status == 404)
            let seen = try #require(try await service.send(.get, "/api/v1/tools/add_bash", token: token).fields[.etag])
            let change = UpdateTool(
                description: "Twice.", parameters: ["properties": ["b": .null, "c": ["type": "string"]]],
                program: .value(UpdateProgramToolTarget(language: .python, code: "ARGUMENTS['a'] * 2")))
            let changed = try await service.send(.patch, "/api/v1/tools/add_bash", token: token, change, fields: [("if-match", seen)])
            #expect(try changed.decoded(Tool.self).description == "Twice.")
            let properties = try changed.decoded(Tool.self).parameters["properties"]?.members?.map(\.key)
            #expect(properties == ["a", "c"])
            let late = try await service.send(.patch, "/api/v1/tools/add_bash", token: token, change, fields: [("if-match", seen)])
            #expect(late.status == 412)
            #expect(try await call("add_bash", ["a": 6], service, token: token).decoded(ToolResult.self).content == "12\n")
            #expect(try await service.send(.delete, "/api/v1/tools/add_bash", token: token).status == 204)
            #expect(try await service.send(.delete, "/api/v1/tools/add_bash", token: token).status == 404)
            #expect(try await service.send(.delete, "/api/v1/tools/python", token: token).status == 404)
        }
    }

    @Test("a tool that cannot be is refused with every wrong place; names are taken once, those built in are taken")
    func refused() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func pointers(_ tool: CreateTool) async throws -> [String] {
                let answer = try await service.send(.post, "/api/v1/tools", token: token, tool)
                #expect(answer.status == 422, "\(answer.json)")
                return answer.json["errors"]?.elements?.compactMap { $0["pointer"]?.string } ?? []
            }
            var tool = CreateTool(name: "Bad-Name", description: "x", parameters: ["type": "string"])
            #expect(try await pointers(tool) == ["/name", "/parameters", "/http"])
            tool = CreateTool(
                name: "ok", description: "x", parameters: Self.schema,
                http: HTTPToolTarget(
                    method: "G T", url: "https://{a}.example.com/{b}", query: ["none"], headers: ["a b": "c"]))
            #expect(
                try await pointers(tool) == ["/http/method", "/http/url", "/http/url", "/http/query/0", "/http/headers/a b"])
            for url in ["example.com/x", "ftp://a.com/", "https://a.com/{a", "https://user@a.com/", "https://{a}/", "unix:/run/x"] {
                tool.http = HTTPToolTarget(method: "GET", url: url)
                #expect(try await pointers(tool) == ["/http/url"], "\(url)")
            }
            tool.http = nil
            tool.program = ProgramToolTarget(language: .python, code: "1", network: NetworkGrant(hosts: ["http://x"]))
            #expect(try await pointers(tool) == ["/program/network/hosts/0"])
            tool.program = ProgramToolTarget(language: .python, code: "1")
            tool.parameters = ["type": "object", "properties": ["a": ["type": "nonsense"]]]
            #expect(try await pointers(tool) == ["/parameters"])
            #expect(try await service.send(.post, "/api/v1/tools", token: token, code("python", .python, "1")).status == 409)
            #expect(try await service.send(.post, "/api/v1/tools", token: token, code("mine", .python, "1")).status == 201)
            #expect(try await service.send(.post, "/api/v1/tools", token: token, code("mine", .python, "1")).status == 409)
        }
    }

    @Test("a request fills in its URL, query and body from the arguments, and reaches its own host only")
    func requests() async throws {
        try await withToolExecution(configure: { $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"]) }) { service in
            let outside = try Outside(on: service.loop)
            let token = try service.personToken(Person(service.loop))
            let parameters: JSONValue = [
                "type": "object",
                "properties": [
                    "id": ["type": "string"], "tags": ["type": "array", "items": ["type": "string"]], "count": ["type": "integer"],
                ],
                "required": ["id"],
            ]
            for (name, method, query) in [("get_item", "GET", nil), ("put_item", "PUT", ["tags"])] as [(String, String, [String]?)] {
                let target = HTTPToolTarget(
                    method: method, url: "http://127.0.0.1:\(outside.port)/items/{id}?v=1", query: query, headers: ["X-Own": "yes"])
                let tool = CreateTool(name: name, description: "x", parameters: parameters, http: target)
                let made = try await service.send(.post, "/api/v1/tools", token: token, tool)
                try #require(made.status == 201, "\(made.json)")
            }
            let arguments: JSONValue = ["id": "a/b c&d", "tags": ["x", "y z"], "count": 2]
            for name in ["get_item", "put_item"] {
                let result: ToolResult = try await call(name, arguments, service, token: token).decoded()
                #expect(result.exitCode == 0 && result.content.contains("\"status\": 200"), "\(result)")
            }
            try #require(outside.requests.count == 2)
            #expect(outside.requests[0].target == "/items/a%2Fb%20c%26d?v=1&tags=x&tags=y%20z&count=2" && outside.requests[0].body.isEmpty)
            #expect(outside.requests[1].target == "/items/a%2Fb%20c%26d?v=1&tags=x&tags=y%20z")
            #expect(outside.requests[1].body == #"{"count":2}"# && outside.requests[1].fields["x-own"] == "yes")
            await outside.stop()
        }
    }

    @Test("a policy of ask wants the person's word for each call, deny refuses; an agent's own counts over that of all")
    func policies() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let agent = AgentID(service.loop.makeID())
            func set(_ policy: ToolPolicy, agent: AgentID? = nil) async throws {
                let rule = ToolPolicyRule(tool: "python", agentID: agent, policy: policy)
                #expect(try await service.send(.post, "/api/v1/tool-policies", token: token, rule).status == 200)
            }
            func status(agent: AgentID? = nil, approved: Bool? = nil, token: String) async throws -> String {
                let answer = try await call("python", ["code": "1"], service, token: token, agent: agent, approved: approved)
                return answer.code ?? "\(answer.status)"
            }
            try await set(.deny)
            #expect(try await status(token: token) == "tool_denied")
            #expect(try await status(agent: agent, approved: true, token: token) == "tool_denied")
            try await set(.ask, agent: agent)
            #expect(try await status(agent: agent, token: token) == "approval_required")
            #expect(try await status(agent: agent, approved: true, token: token) == "200")
            // A service that acts for the person cannot agree in the person's name, nor change what was said.
            let acting = try service.neighbours.token(for: person, scopes: [.toolsExecute, .toolsRead, .toolsWrite], actor: .agent)
            #expect(try await status(agent: agent, approved: true, token: acting) == "approval_required")
            let widened = ToolPolicyRule(tool: "python", agentID: agent, policy: .allow)
            #expect(try await service.send(.post, "/api/v1/tool-policies", token: acting, widened).status == 403)
            try await set(.allow, agent: agent)
            #expect(try await status(agent: agent, token: acting) == "200")
            #expect(try await status(token: token) == "tool_denied")
            let all: ToolPolicies = try await service.send(.get, "/api/v1/tool-policies", token: token).decoded()
            #expect(
                all.data == [ToolPolicyRule(tool: "python", policy: .deny), ToolPolicyRule(tool: "python", agentID: agent, policy: .allow)])
            let stranger = try service.personToken(Person(service.loop))
            #expect(try await status(token: stranger) == "200")
            let unknown = ToolPolicyRule(tool: "none", policy: .deny)
            #expect(try await service.send(.post, "/api/v1/tool-policies", token: token, unknown).status == 404)
        }
    }

    @Test("a person has a bounded number of policies, and may change each of them")
    func manyPolicies() async throws {
        try await withToolExecution { service in
            let person = Person(service.loop)
            let token = try service.personToken(person)
            let known = ToolPolicyRule(tool: "python", agentID: AgentID(service.loop.makeID()), policy: .ask)
            #expect(try await service.send(.post, "/api/v1/tool-policies", token: token, known).status == 200)
            try await service.administrator.query(
                """
                INSERT INTO tool_execution.tool_policies (organization_id, user_id, tool, agent_id, policy)
                SELECT organization_id, user_id, tool, gen_random_uuid(), policy
                FROM tool_execution.tool_policies, generate_series(1, 999)
                """)
            let further = ToolPolicyRule(tool: "python", agentID: AgentID(service.loop.makeID()), policy: .allow)
            let refused = try await service.send(.post, "/api/v1/tool-policies", token: token, further)
            #expect(refused.status == 403 && refused.code == "quota_exceeded", "\(refused.json)")
            var changed = known
            changed.policy = .deny
            #expect(try await service.send(.post, "/api/v1/tool-policies", token: token, changed).status == 200)
        }
    }
}
