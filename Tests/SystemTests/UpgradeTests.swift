import EventLoop
import HTTPMessage
import PostgresClient
import ScriptedModel
import Support
import Testing
import WireProtocol

/// What `deploy/guides/upgrades.md` promises, with the services at work meanwhile.
@Suite("Upgrades", .serialized, .timeLimit(.minutes(15)))
struct UpgradeTests {
    private static let schemas = ["auth", "agent", "tool_execution", "file", "simulation"]

    private func withSuperuser(_ system: RunningSystem, _ body: (PostgresClient) async throws -> Void) async throws {
        let client = PostgresClient(system.loop, system.database.configuration())
        defer { client.close() }
        try await body(client)
    }

    private func begin(_ person: Person) async throws -> Conversation {
        let agent = try await person.post("/api/v1/agents", CreateAgent(name: "Tester", instructions: "", mode: .chat)).decode(Agent.self)
        return try await person.post("/api/v1/conversations", CreateConversation(agentID: agent.id)).decode(Conversation.self)
    }

    private func say(_ person: Person, _ conversation: Conversation, _ content: String) async throws -> EventReader {
        try await person.events("/api/v1/conversations/\(conversation.id)/messages", method: .post, body: PostMessage(content: content))
    }

    @Test("a migration that fails half-way leaves the version before it and names the statement; when its cause is gone all goes on")
    func failsHalfway() async throws {
        try await withSystem { system in
            system.model.script = ModelScript([ScriptedRule(.text("Hello."))])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada)
            let stream = try await say(ada, conversation, "Hi")
            let run = try #require(stream.fields[.location])
            _ = try await stream.rest()
            let events = try await ada.events(run + "/events").rest()

            let agent = try system[.agent]
            try await agent.kill()
            #expect(try await agent.runAgain(arguments: ["migrate", "--to", "2"]).status == .exited(code: 0))
            // What the third one reads and does not expect.
            try await withSuperuser(system) { client in
                try await client.query("ALTER TABLE agent.run_events ADD COLUMN kept json")
                try await client.query(
                    "UPDATE agent.run_events SET kept = private, private = '{\"usage\": {\"input_tokens\": -1, \"output_tokens\": 1}}'")
            }
            for _ in 0..<2 {
                let failed = try await agent.runAgain(arguments: ["migrate"])
                #expect(failed.status == .exited(code: 1))
                let line = failed.output.last ?? ""
                #expect(line.contains("the migration 3 (run_usage) of agent failed: statement 3, SQLSTATE 23514"), "\(line)")
            }
            try await withSuperuser(system) { client in
                // Its first statement had succeeded.
                let columns: Int = try await client.query(
                    "SELECT count(*) FROM pg_attribute WHERE attrelid = 'agent.runs'::regclass AND attname LIKE '%_tokens' AND NOT attisdropped"
                ).single()
                #expect(columns == 0)
            }
            let refused = try await agent.runAgain()
            #expect(refused.status == .exited(code: 1))
            #expect(refused.output.last?.contains("the schema agent is at version 2") == true, "\(refused.output)")

            try await withSuperuser(system) { client in
                try await client.query("UPDATE agent.run_events SET private = kept")
                try await client.query("ALTER TABLE agent.run_events DROP COLUMN kept")
            }
            try await agent.migrate()
            try agent.start()
            try await system.waitUntilReady(.agent)
            #expect(try await ada.events(run + "/events").rest() == events)
            #expect(try await say(ada, conversation, "Again").rest().last?.event == "run.completed")
        }
    }

    /// Changes a schema that is in use, and once more when that and a service have waited for each other.
    private func change(_ client: PostgresClient, _ statement: PostgresQuery) async throws {
        while true {
            do {
                try await client.query(statement)
                return
            } catch let error as PostgresError where error.state == .deadlockDetected {}
        }
    }

    /// What the next version may do to a schema: columns that have a default, and a table.
    private func expand(_ system: RunningSystem) async throws {
        try await alter(system, "ADD COLUMN of_the_next integer NOT NULL DEFAULT 7") { schema in
            """
            CREATE TABLE \(schema).things_of_the_next (id bigint PRIMARY KEY);
            INSERT INTO \(schema).schema_migrations (version, name) SELECT max(version) + 1, 'next' FROM \(schema).schema_migrations;
            """
        }
    }

    /// And takes back.
    private func takeBack(_ system: RunningSystem) async throws {
        try await alter(system, "DROP COLUMN IF EXISTS of_the_next") { schema in
            "DELETE FROM \(schema).schema_migrations WHERE name = 'next'; DROP TABLE \(schema).things_of_the_next;"
        }
    }

    /// Alters every table of every schema, and what else there is of it.
    private func alter(_ system: RunningSystem, _ alteration: String, and further: (String) -> String) async throws {
        try await withSuperuser(system) { client in
            for schema in Self.schemas {
                try await change(
                    client,
                    """
                    DO $$
                    DECLARE
                        relation text;
                    BEGIN
                        FOR relation IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = '\(unsafeSQL: schema)'::regnamespace
                            AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                        LOOP
                            EXECUTE format('ALTER TABLE \(unsafeSQL: schema).%I \(unsafeSQL: alteration)', relation);
                        END LOOP;
                        \(unsafeSQL: further(schema))
                    END $$
                    """)
            }
        }
    }

    private func restart(_ system: RunningSystem, _ names: [ServiceName]) async throws {
        for name in names { try await system[name].kill() }
        for name in names { try system[name].start() }
        for name in names { try await system.waitUntilReady(name) }
    }

    /// A run whose model has begun to speak and waits.
    private func heldRun(_ gate: String, _ person: Person, _ conversation: Conversation) async throws -> (String, EventReader) {
        let stream = try await say(person, conversation, "Count until \(gate)")
        let run = try #require(stream.fields[.location])
        while let event = try await stream.next(), event.event != "message.delta" {}
        return (run, stream)
    }

    @Test("one version serves on the schema of the next, and is rolled back to, while runs and simulations go on")
    func rollback() async throws {
        try await withSystem { system in
            func held(_ gate: String) -> ScriptedRule {
                ScriptedRule(match: "Count until \(gate)", times: 1, ScriptedAnswer([.delta("one "), .wait(gate), .delta("two")]))
            }
            system.model.script = ModelScript([
                held("expanded"), held("restarted"), held("taken back"), held("migrated"),
                ScriptedRule(match: "Your task “second”", times: 1, ScriptedAnswer([.delta("Done."), .wait("taken back")])),
                ScriptedRule(match: "Count", .text("one two")), ScriptedRule(.text("Done.")),
            ])
            let ada = try await Person.register(system)
            let conversation = try await begin(ada)
            let file = try await ada.upload("/api/v1/files?name=kept", Array("kept".utf8)).decode(File.self)

            // The next version's migrations have run, its services are not there yet: what is under way goes on.
            let (_, first) = try await heldRun("expanded", ada, conversation)
            try await expand(system)
            system.model.open("expanded")
            #expect(try await first.rest().last?.event == "run.completed")

            // Every service of this version starts on that schema, as after a rollback, and finds its runs there.
            let (run, second) = try await heldRun("restarted", ada, conversation)
            try await restart(system, [.auth, .file, .toolExecution, .agent, .simulation, .gateway])
            second.cancel()
            #expect(try await ada.events(run + "/events").rest().last?.event == "run.completed")
            #expect(try await ada.get("/api/v1/files/\(file.id)/content").body == Array("kept".utf8))
            let sandbox = try await ada.post("/api/v1/sandboxes", CreateSandbox(language: .python)).decode(Sandbox.self)
            let execution = try await ada.post(
                "/api/v1/sandboxes/\(sandbox.id)/execute", ExecuteCode(language: .python, code: "print(6 * 7)")
            ).decode(ExecutionResult.self)
            #expect(execution.stdout == "42\n")
            let member = try await ada.post("/api/v1/agents", CreateAgent(name: "Member", instructions: "", mode: .chat)).decode(Agent.self)
            let simulation = try await ada.beginRehearsal(of: member)
            let simulated = try await ada.events("/api/v1/simulations/\(simulation.id)/events")
            while let event = try await simulated.next(), event.event != "turn.completed" {}

            // The next version is given up: its migrations are taken back while this version serves.
            let (_, third) = try await heldRun("taken back", ada, conversation)
            try await takeBack(system)
            system.model.open("taken back")
            #expect(try await third.rest().last?.event == "run.completed")
            while let event = try await simulated.next(), event.event != "simulation.waiting" {}
            simulated.cancel()

            // And this version's own last migrations are, with the services stopped: what was under way goes on when they are back.
            let (last, fourth) = try await heldRun("migrated", ada, conversation)
            for (name, version) in [(ServiceName.agent, "2"), (.simulation, "4")] {
                try await system[name].kill()
                #expect(try await system[name].runAgain(arguments: ["migrate", "--to", version]).status == .exited(code: 0))
                let refused = try await system[name].runAgain()
                #expect(refused.status == .exited(code: 1) && refused.output.last?.contains("run `migrate` first") == true)
                try await system[name].migrate()
                try system[name].start()
                try await system.waitUntilReady(name)
            }
            fourth.cancel()
            #expect(try await ada.events(last + "/events").rest().last?.event == "run.completed")
            let summary = try await ada.post("/api/v1/simulations/\(simulation.id)/complete", NoContent()).decode(
                WireProtocol.Simulation.self
            ).summary
            #expect(summary?.tasks.map(\.output) == ["Done.", "Done."])
        }
    }
}
