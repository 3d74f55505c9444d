import Cryptography
import HTTPClient
import HTTPMessage
import JSON
import Support
import Testing
import WireProtocol

@Suite("E2B's slow readers", .timeLimit(.minutes(15)))
struct E2BStreamTests {
    /// A sandbox that is reached by its access token, too.
    private func withSandbox(
        settings: [String: String] = [:],
        _ body: @escaping @Sendable (SandboxOfAPerson, _ access: [(String, String)]) async throws -> Void
    ) async throws {
        try await withToolExecution(settings: settings) { service in
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(.post, "/v2/sandboxes", token: token, ["templateID": "base", "timeout": 3600] as JSONValue)
                .json
            let id = try #require(made["sandboxID"]?.string)
            let access = [("e2b-sandbox-id", id), ("x-access-token", made["envdAccessToken"]?.string ?? "")]
            try await body(SandboxOfAPerson(service: service, token: token, id: try #require(SandboxID(id))), access)
        }
    }

    /// The messages of a stream that is over.
    private static func messages(_ bytes: [UInt8]) throws -> [JSONValue] {
        var messages: [JSONValue] = []
        var rest = bytes[...]
        while rest.count >= 5 {
            let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            messages.append(try JSONValue(parsing: Array(rest.dropFirst(5).prefix(length))))
            rest = rest.dropFirst(5 + length)
        }
        return messages
    }

    @Test("who comes too late for some of a command's output is told so")
    func output() async throws {
        try await withSandbox(settings: ["SANDBOX_OUTPUT_KB": "32"]) { sandbox, access in
            let command = try await sandbox.begin(StartCommand(command: "yes 0123456789 | head -c 100000; sleep 3000"))
            try await sandbox.service.loop.eventually {
                try await sandbox.send(.get, "/commands/\(command.id)").decoded(SandboxCommand.self).truncated
            }
            let stream = try await sandbox.service.open(
                .post, "/process.Process/Connect", token: "", ["process": ["pid": .int(command.pid)]] as JSONValue, fields: access)
            #expect(try await sandbox.send(.delete, "/commands/\(command.id)").status == 204)
            let messages = try Self.messages(try await stream.body.collect(upTo: 1 << 20))
            let errors = messages.compactMap { $0["event"]?["data"]?["stderr"]?.string }.compactMap { Base64.decode($0) }
            let text = String(decoding: errors.joined(), as: UTF8.self)
            #expect(text.contains("pieces of output were dropped here"), "\(messages.prefix(3))")
            #expect(messages.contains { $0["event"]?["end"]?["exitCode"] == 137 })
        }
    }

    @Test("who asks for changes too seldom is told that some were lost, and is told of those that come then")
    func changes() async throws {
        try await withSandbox { sandbox, access in
            func ask(_ method: String, _ message: JSONValue) async throws -> RunningToolExecution.Answer {
                try await sandbox.service.send(.post, "/filesystem.Filesystem/\(method)", token: "", message, fields: access)
            }
            func watch() async throws -> JSONValue {
                ["watcherId": .string(try #require(try await ask("CreateWatcher", ["path": "/tmp"]).json["watcherId"]?.string))]
            }
            func hasTold(_ watcher: JSONValue, of name: String) async throws -> Bool {
                let events = try await ask("GetWatcherEvents", watcher).json["events"]?.elements ?? []
                return events.contains { $0["name"]?.string == name }
            }
            let (forgotten, asked) = (try await watch(), try await watch())
            let many = "for ((i = 0; i < 5000; i++)); do echo > /tmp/file$((i % 2)); done; touch /tmp/last"
            _ = try await sandbox.begin(StartCommand(command: many))
            // What one watch has told to its end, the other has told nearly.
            try await sandbox.service.loop.eventually { try await hasTold(asked, of: "last") }
            let lost = try await ask("GetWatcherEvents", forgotten)
            #expect(lost.status == 409 && lost.json == ["code": "unknown", "message": "changes were lost: there were too many"])
            _ = try await sandbox.run(StartCommand(command: "touch /tmp/after"))
            try await sandbox.service.loop.eventually { try await hasTold(forgotten, of: "after") }
        }
    }
}
