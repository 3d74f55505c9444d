import HTTPMessage
import JSON
import ScriptedModel
import Testing
import WireProtocol

/// What becomes of requests that are sent again under the same `Idempotency-Key`.
@Suite("Requests that are sent again", .serialized, .timeLimit(.minutes(15)))
struct IdempotencyTests {
    private enum Rule {
        /// It is done once, and answered again.
        case replayed
        /// Done again it changes nothing: it says how something is to be.
        case settled
        /// Its answer has credentials, which are never kept: it is done again.
        case credentials
    }

    private static let rules: [String: Rule] = [
        "register": .replayed, "logIn": .credentials, "refreshTokens": .credentials, "logOut": .settled, "createAPIKey": .credentials,
        "uploadFile": .replayed, "createSignedURL": .settled,
        "createAgent": .replayed, "createConversation": .replayed, "postMessage": .replayed, "beginConversation": .replayed,
        "cancelRun": .settled,
        "approveCall": .settled, "rejectCall": .settled,
        "createScenario": .replayed, "createCrew": .replayed, "importCrew": .replayed, "createSimulation": .replayed,
        "chatInSimulation": .replayed, "pauseSimulation": .replayed, "resumeSimulation": .replayed, "completeSimulation": .settled,
        "cancelSimulation": .settled,
        "createTool": .replayed, "importTools": .replayed, "executeTool": .replayed, "setToolPolicy": .settled, "approveToolCall": .settled,
        "createSecret": .replayed,
        "createSandbox": .replayed, "executeCode": .replayed, "startCommand": .replayed, "pauseSandbox": .settled,
        "resumeSandbox": .settled, "makeSandboxFolder": .settled, "resizeCommandTerminal": .settled,
        "createCodeContext": .replayed, "restartCodeContext": .replayed, "runProgram": .replayed,
        "sendCommandInput": .replayed, "signalCommand": .replayed, "moveSandboxFile": .replayed,
    ]

    @Test("it is said of every POST of the API what becomes of it")
    func complete() {
        let posts = AllEndpoints.public.filter { $0.method == .post && "\($0.path)".hasPrefix("/api/v1/") }
        for post in posts where post.name != AuthAPI.logOut.name {
            #expect(post.uses.contains(.idempotencyKey) == (Self.rules[post.name] != .credentials), "\(post.name)")
        }
        #expect(Set(posts.map(\.name)) == Set(Self.rules.keys))
    }

    @Test("through the gateway: the first answer comes again, nothing is done twice, and another request under the key is refused")
    func replayed() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(.text("Done."))])
            let ada = try await Person.register(system)
            var tried: Set<String> = []
            /// Sends a request twice, and once with `other` in its body; gives the id in the answer.
            func twice(_ name: String, _ path: String, _ body: String, other: String?) async throws -> String {
                tried.insert(name)
                let key: HTTPFields = ["idempotency-key": "once-\(name)"]
                func post(_ text: String) async throws -> Person.Answer {
                    try await ada.post(
                        path, try JSONCodec.decode(JSONValue.self, from: Array(text.utf8), unknownFields: .refused), fields: key)
                }
                let (first, second) = (try await post(body), try await post(body))
                #expect(first.status < 300 && first.fields["idempotent-replayed"] == nil, "\(name): \(first.status)")
                #expect(second.status == first.status && second.fields["idempotent-replayed"] == "true", "\(name): \(second.status)")
                let answer = try first.decode(JSONValue.self)
                let again = try second.decode(JSONValue.self)
                #expect(again["id"] == answer["id"] && again["message"]?["id"] == answer["message"]?["id"], "\(name)")
                if let other { #expect(try await post(other).problem == .idempotencyKeyReused, "\(name)") }
                return answer["id"]?.string ?? ""
            }
            func list(_ path: String) async throws -> Int { try await ada.get(path).decode(JSONValue.self)["data"]?.elements?.count ?? 0 }

            func agent(_ name: String) -> String { #"{"name": "\#(name)", "instructions": "", "mode": "chat"}"# }
            let agentID = try await twice("createAgent", "/api/v1/agents", agent("A"), other: agent("B"))
            func conversation(_ title: String) -> String { #"{"agent_id": "\#(agentID)", "title": "\#(title)"}"# }
            let conversationID = try await twice(
                "createConversation", "/api/v1/conversations", conversation("A"), other: conversation("B"))
            _ = try await twice(
                "postMessage", "/api/v1/conversations/\(conversationID)/messages", #"{"content": "A"}"#, other: #"{"content": "B"}"#)
            _ = try await twice(
                "beginConversation", "/api/v1/agents/\(agentID)/conversations", #"{"content": "A"}"#, other: #"{"content": "B"}"#)
            let scenarioID = try await twice(
                "createScenario", "/api/v1/scenarios", #"{"name": "A", "setting": "A"}"#, other: #"{"name": "B", "setting": "A"}"#)
            func crew(_ name: String) -> String {
                #"{"name": "\#(name)", "process": "sequential", "members": [{"name": "anna", "agent_id": "\#(agentID)", "role": "r", "#
                    + #""goal": "g"}], "tasks": [{"name": "t", "description": "d", "expected_output": "e", "member": "anna"}]}"#
            }
            let crewID = try await twice("createCrew", "/api/v1/crews", crew("A"), other: crew("B"))
            func simulation(_ title: String) -> String {
                #"{"scenario_id": "\#(scenarioID)", "crew_id": "\#(crewID)", "title": "\#(title)"}"#
            }
            let simulationID = try await twice("createSimulation", "/api/v1/simulations", simulation("A"), other: simulation("B"))
            let target = "/api/v1/simulations/\(simulationID)"
            _ = try await twice("chatInSimulation", target + "/chat", #"{"content": "A"}"#, other: #"{"content": "B"}"#)
            _ = try await twice("pauseSimulation", target + "/pause", "{}", other: nil)
            _ = try await twice("resumeSimulation", target + "/resume", "{}", other: nil)
            func secret(_ value: String) -> String { #"{"name": "s", "value": "\#(value)", "hosts": ["example.com"]}"# }
            _ = try await twice("createSecret", "/api/v1/secrets", secret("A"), other: secret("B"))
            let sandboxID = try await twice(
                "createSandbox", "/api/v1/sandboxes", #"{"language": "bash"}"#, other: #"{"language": "python"}"#)
            let sandbox = "/api/v1/sandboxes/\(sandboxID)"
            _ = try await twice("createCodeContext", sandbox + "/contexts", #"{"language": "bash"}"#, other: #"{"language": "python"}"#)
            func program(_ code: String) -> String { #"{"language": "bash", "code": "\#(code)"}"# }
            _ = try await twice("runProgram", sandbox + "/programs", program("echo x > /tmp/a"), other: program("true"))
            func move(_ source: String) -> String { #"{"source": "\#(source)", "destination": "/tmp/b"}"# }
            _ = try await twice("moveSandboxFile", sandbox + "/files/moves", move("/tmp/a"), other: move("/tmp/b"))
            for path in ["agents", "scenarios", "crews", "simulations", "secrets", "sandboxes"] {
                #expect(try await list("/api/v1/\(path)") == 1, "\(path)")
            }
            #expect(tried.allSatisfy { Self.rules[$0] == .replayed })
        }
    }
}
