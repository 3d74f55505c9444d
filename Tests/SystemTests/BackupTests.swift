import EventLoop
import Foundation
import HTTPMessage
import PostgresClient
import ScriptedModel
import Support
import Testing
import WireProtocol

/// `deploy/backup.sh` and `deploy/restore.sh`, with a system whose database and files are lost in between.
@Suite("Backup and restore", .serialized)
struct BackupTests {
    private static let schemas = ["auth", "agent", "tool_execution", "file", "simulation"]

    @Test("what was lost is there again: accounts, a run's events byte for byte, files", .timeLimit(.minutes(15)))
    func thereAndBack() async throws {
        try await withSystem { system in
            let code = "```python\nopen('/home/user/out/n.txt', 'w').write('1024')\nprint(2**10)\n```"
            system.model.script = ModelScript([
                ScriptedRule(turn: 1, .text("I compute.\n" + code)), ScriptedRule(turn: 2, .text("It is 1024.")),
            ])
            let ada = try await Person.register(system)
            let agent = try await ada.post(
                "/api/v1/agents", CreateAgent(name: "Tester", instructions: "You compute.", mode: .codeact)
            ).decode(Agent.self)
            let conversation = try await ada.post("/api/v1/conversations", CreateConversation(agentID: agent.id)).decode(Conversation.self)
            let stream = try await ada.events(
                "/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: "2 to the 10th?"))
            let run = try #require(stream.fields[.location])
            _ = try await stream.rest()
            let events = try await ada.events(run + "/events").rest()
            #expect(events.last?.event == "run.completed")
            let artifact = try #require(
                try await ada.get("/api/v1/conversations/\(conversation.id)/artifacts").decode(Page<Artifact>.self).data.first)

            let backups = NSTemporaryDirectory() + "backup-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: backups) }
            try FileManager.default.createDirectory(atPath: backups, withIntermediateDirectories: true)
            let backup = backups + "/today"
            // A file that changes while it is read does not stop it, nor does a slash at the end.
            let growing = system.folder + "/growing"
            try Data(count: 200_000).write(to: URL(filePath: growing))
            let warning = try await script("backup.sh", backup + "/", system, growing: growing)
            #expect(warning.contains("file changed as we read it"))
            try FileManager.default.removeItem(atPath: growing)
            #expect(try await script("backup.sh", backup, system).contains("there already"))
            // What came after the backup is not in it.
            let later = try await ada.post("/api/v1/agents", CreateAgent(name: "Later", instructions: "You came late.", mode: .chat))
                .decode(Agent.self)

            // Nothing is replaced while services serve, or where there are files.
            #expect(try await script("restore.sh", backup, system).contains("holds files"))
            try FileManager.default.moveItem(atPath: system.folder, toPath: system.folder + ".away")
            #expect(try await script("restore.sh", backup, system).contains("stop them first"))
            for service in system.services.values { try await service.kill() }
            // The files that the services had are gone for good.
            try FileManager.default.removeItem(atPath: system.folder + ".away")
            try await loseDatabase(system)
            try await waitUntilDisconnected(system)

            // A backup that was damaged is refused before anything is touched.
            let damaged = backups + "/damaged"
            try FileManager.default.copyItem(atPath: backup, toPath: damaged)
            let handle = try FileHandle(forUpdating: URL(filePath: damaged + "/files.tar"))
            try handle.write(contentsOf: Data([1]))
            try handle.close()
            #expect(try await script("restore.sh", damaged, system).contains("damaged"))
            #expect(try await script("restore.sh", backup, system) == "")

            for name in [ServiceName.auth, .file, .toolExecution, .agent, .simulation, .gateway] { try system[name].start() }
            for name in [ServiceName.auth, .file, .toolExecution, .agent, .simulation, .gateway] { try await system.waitUntilReady(name) }

            #expect(try await ada.get("/api/v1/auth/me").decode(User.self).email == "ada@example.com")
            #expect(try await ada.events(run + "/events").rest() == events)
            #expect(try await ada.get("/api/v1/files/\(artifact.file.id)/content").body == Array("1024".utf8))
            #expect(try await ada.get("/api/v1/agents/\(later.id)").status == 404)
            // And it goes on: another message is answered.
            let answer = try await ada.post(
                "/api/v1/conversations/\(conversation.id)/messages", PostMessage(content: "Again?"), fields: ["prefer": "wait=50"])
            #expect(answer.status == 200)
        }
    }

    private func loseDatabase(_ system: RunningSystem) async throws {
        let client = PostgresClient(system.loop, system.database.configuration())
        defer { client.close() }
        for schema in Self.schemas { try await client.query("DROP SCHEMA \(unsafeSQL: schema) CASCADE") }
    }

    /// What a service that was killed had asked the server for may still be under way.
    private func waitUntilDisconnected(_ system: RunningSystem) async throws {
        let client = PostgresClient(system.loop, system.database.configuration())
        defer { client.close() }
        try await system.loop.eventually {
            try await client.query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename::text = ANY(\(Self.schemas))"
            ).single(Int.self) == 0
        }
    }

    /// Runs a script of `deploy` for the system's database and files; returns what it complained about.
    ///
    /// - Parameter growing: A file that is written to whenever tar has read something.
    private func script(_ name: String, _ folder: String, _ system: RunningSystem, growing: String? = nil) async throws -> String {
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let settings = system.database.configuration().settings
        // The programs of PostgreSQL lie beside the Python that `make test` names.
        let python = URL(filePath: ProcessInfo.processInfo.environment["TROUPE_PYTHON"] ?? "/usr/bin/python3")
        let programs = python.deletingLastPathComponent().appending(path: "../../postgres/bin").standardized.path
        var environment = [
            "PATH": programs + ":/usr/bin:/bin", "DATABASE": settings["dbname"] ?? "", "STORAGE_PATH": system.folder,
            "PGUSER": "postgres",
        ]
        let server = URLComponents(string: ProcessInfo.processInfo.environment["TROUPE_TEST_POSTGRES"] ?? "")
        environment["PGHOST"] = server?.queryItems?.first { $0.name == "host" }?.value ?? server?.host
        environment["PGPORT"] = server?.port.map { String($0) }
        if let growing { environment["TAR_OPTIONS"] = "--checkpoint=1 --checkpoint-action=exec='echo >>\(growing)'" }
        let path = project.appending(path: "deploy/" + name).path
        let outcome = try await system.loop.offload { [environment] in
            try run("/usr/bin/env", ["--ignore-environment"] + environment.map { "\($0)=\($1)" } + [path, folder])
        }
        #expect((outcome.status == 0) == (outcome.text.isEmpty || growing != nil), "\(outcome.text)")
        return outcome.text
    }
}
