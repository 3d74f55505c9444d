import HTTPMessage
import ServiceKit
import SimulationService
import Support
import Testing
import WireProtocol

@Suite("Import of CrewAI's YAML", .timeLimit(.minutes(15)))
struct ImportTests {
    private static let agents = """
        researcher:
          role: >
            {topic} Researcher
          goal: Find
          backstory: |
            Old
            and wise
          tools: [search, "read"]
          llm: openai/gpt-4o
        writer:
          role: Writer
          goal: Write
        """
    private static let tasks = """
        research:
          description: Research {topic}
          expected_output: Ten points
          agent: researcher
          context: []
        # The report.
        write:
          description: Write
          expected_output: A text
          agent: writer
          context:
            - research
          output_file: out.md
        """

    private func read(_ agents: String = agents, _ tasks: String = tasks, agentID: AgentID? = .sample, process: CrewProcess? = nil) throws
        -> ImportedFiles
    {
        try CrewImporter().read(
            ImportCrew(name: "Imported", agentsYAML: agents, tasksYAML: tasks, agentID: agentID, process: process))
    }

    private func details(_ agents: String = agents, _ tasks: String = tasks, agentID: AgentID? = .sample) throws -> [String] {
        let problem = try #require(throws: Problem.self) { try read(agents, tasks, agentID: agentID) }
        #expect(problem.code == .validationFailed)
        return problem.errors?.map(\.detail) ?? []
    }

    @Test("members and tasks are taken over, and what has no counterpart is noted")
    func reading() throws {
        let files = try read()
        #expect(
            files.crew.members == [
                CrewMember(
                    name: "researcher", agentID: .sample, role: "{topic} Researcher", goal: "Find", backstory: "Old\nand wise",
                    tools: ["search", "read"]),
                CrewMember(name: "writer", agentID: .sample, role: "Writer", goal: "Write"),
            ])
        #expect(
            files.crew.tasks == [
                CrewTask(
                    name: "research", description: "Research {topic}", expectedOutput: "Ten points", member: "researcher", context: []),
                CrewTask(name: "write", description: "Write", expectedOutput: "A text", member: "writer", context: ["research"]),
            ])
        #expect(
            files.notes.map { "\($0.file):\($0.line) \($0.key)" } == ["agents.yaml:9 researcher.llm", "tasks.yaml:13 write.output_file"])
    }

    @Test("what is wrong is named with file, line and key; all of it at once")
    func errors() throws {
        let agents = """
            a:
              role: [x]
              goal: 5
              colour: red
            b: text
            c:
              goal: {x: y}
              role: yes
              tools: hammer
              backstory: ~
            """
        #expect(
            try details(agents, "t:\n  description:\n  expected_output: x\n  context: [1, {a: b}]\nu: 7\n") == [
                "agents.yaml:5: b: must be a mapping", "agents.yaml:4: a.colour: is no key that is known here",
                "agents.yaml:2: a.role: must be a text", "agents.yaml:3: a.goal: must be a text: put quotes around it",
                "agents.yaml:8: c.role: must be a text: put quotes around it", "agents.yaml:7: c.goal: must be a text",
                "agents.yaml:9: c.tools: must be a list", "tasks.yaml:5: u: must be a mapping",
                "tasks.yaml:2: t.description: must be a text: put quotes around it",
                "tasks.yaml:4: t.context[0]: must be a text: put quotes around it", "tasks.yaml:4: t.context[1]: must be a text",
            ])
        #expect(try details("a:\n  goal: g\n") == ["agents.yaml:1: a.role: is missing"])
        #expect(try details(agentID: nil).first == "agents.yaml:1: researcher: has no agent: name one in agent_ids or agent_id")
    }

    @Test(
        "what is no such file is refused",
        arguments: [
            ("", "agents.yaml:1: has no entries"), ("- a\n", "agents.yaml:1: must be a mapping of names to entries"),
            ("just text", "agents.yaml:1: must be a mapping"), ("{}", "agents.yaml:1: must be a mapping"),
            ("a:\n  role: 'x\n", "agents.yaml:3: while scanning a quoted scalar"),
            ("a: &x\n  role: r\n  goal: g\nb: *x\n", "agents.yaml:4: aliases"),
            ("a:\n  <<: *x\n", "agents.yaml:2: "), ("a:\n  role: r\na:\n  role: s\n", "agents.yaml:3: the key a stood in line 1"),
            ("a:\n  role: !!python/name:os.system x\n", "agents.yaml:2: tags"),
            (String(repeating: "[", count: 100_000), "agents.yaml:1: "),
            (String(repeating: "a", count: 262_145), "agents.yaml:1: is larger"),
            ("a:\n  role: \"\u{1}\"\n", "agents.yaml:2: control characters"),
        ])
    func noSuchFile(text: String, beginning: String) throws {
        let found = try details(text).first ?? ""
        #expect(found.hasPrefix(beginning), "\(found)")
    }

    @Test("a long key stands in one error and is cut there, and no more than a hundred errors are told")
    func longKeys() throws {
        let long = String(repeating: "n\u{301}", count: 10_000)
        let lists = "role: [" + String(repeating: "1, ", count: 5000) + "1]\n  colour: red\n  shape: round\n  tools: [1, 2, 3]\n"
        #expect(
            try details("? \(long)\n: \(lists)", "t:\n  description: d\n  expected_output: e\n") == [
                "agents.yaml:1: \(String(repeating: "n\u{301}", count: 50)): the name is longer than 100 characters"
            ])
        let unknown = try details("a:\n  role: r\n  goal: g\n  ? \(long)\n  : x\n").first ?? ""
        #expect(unknown.unicodeScalars.count < 200 && unknown.hasSuffix("is no key that is known here"))
        let many = (0..<3000).map { "k\($0): \($0)\n" }.joined()
        #expect(try details(many, many).count == 100)
        #expect(try details("a:\n  role: r\n  goal: g\n  tools: [\(String(repeating: "1, ", count: 9000))1]\n").count == 100)
    }

    @Test("a crew that does not fit together is explained in the files' own lines")
    func rules() throws {
        let problem = try #require(throws: Problem.self) {
            try read("\(String(repeating: "n", count: 101)):\n  role: r\n  goal: g\n", "t:\n  description: d\n  expected_output: e\n")
        }
        #expect(problem.errors?.first?.pointer == "/agents_yaml")
        #expect(problem.errors?.first?.detail.hasPrefix("agents.yaml:1: nnn") == true)
        #expect(
            try details(Self.agents, "t:\n  description: ''\n  expected_output: e\n").first?.hasPrefix("tasks.yaml:2: t.description: ")
                == true)
    }

    @Test("imported over the API: stored, shown, and refused with places")
    func endpoint() async throws {
        try await withSimulationRoutes { routes in
            let person = routes.issuer.makePerson()
            let (first, second) = (routes.agents.make(for: person), routes.agents.make(for: person))
            var request = ImportCrew(
                name: "Imported", agentsYAML: Self.agents, tasksYAML: Self.tasks, agentIDs: ["writer": second], agentID: first,
                inputs: ["topic": "kettles"])
            let answer = try await routes.send(.post, "/api/v1/crews/import", as: person, body: request)
            #expect(answer.status == 201)
            let imported = try answer.decode(ImportedCrew.self)
            #expect(imported.crew.members.map(\.agentID) == [first, second] && imported.crew.inputs == ["topic": "kettles"])
            #expect(answer.fields[.location] == "/api/v1/crews/\(imported.crew.id)" && imported.notes.count == 2)
            #expect(try await routes.send(.get, "/api/v1/crews/\(imported.crew.id)", as: person).decode(Crew.self) == imported.crew)

            request.agentIDs = ["nobody": second]
            #expect(
                try await routes.send(.post, "/api/v1/crews/import", as: person, body: request).details == [
                    "nobody is no key of agents.yaml"
                ])
            request.agentIDs = ["writer": .sample]
            #expect(
                try await routes.send(.post, "/api/v1/crews/import", as: person, body: request).details
                    == ["agents.yaml:10: writer: names no agent that you may use"])
            request.agentIDs = nil
            request.tasksYAML = """
                a:
                  description: d
                  expected_output: e
                  agent: nobody
                  context: [b]
                b:
                  description: d
                  expected_output: e
                  context: [a]
                """
            let wrong = try await routes.send(.post, "/api/v1/crews/import", as: person, body: request)
            #expect(wrong.status == 422)
            #expect(
                wrong.details == [
                    "tasks.yaml:4: a.agent: names no member", "tasks.yaml:6: b.agent: is needed in a sequential crew",
                    "tasks.yaml:9: b.context[0]: makes a cycle: a → b → a",
                ])
            #expect(wrong.pointers == ["/tasks_yaml", "/tasks_yaml", "/tasks_yaml"])
            request.process = .hierarchical
            #expect(try await routes.send(.post, "/api/v1/crews/import", as: person, body: request).pointers.contains("/manager"))
        }
    }
}
