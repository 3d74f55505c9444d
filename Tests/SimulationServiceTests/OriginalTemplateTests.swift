import Foundation
import SimulationService
import Support
import Testing
import WireProtocol

/// The files that CrewAI itself ships for new projects (`make test` installs `crewai-cli` for the Python in TROUPE_PYTHON).
@Suite("CrewAI's own templates", .timeLimit(.minutes(15)))
struct OriginalTemplateTests {
    static let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"]

    /// The folder of the installed package.
    private static func templates() throws -> URL {
        let found = try run(
            python ?? "", ["-c", "import importlib.util as u; print(u.find_spec('crewai_cli').submodule_search_locations[0])"])
        try #require(found.status == 0, "\(found.text)")
        return URL(filePath: found.text.trimmingCharacters(in: .whitespacesAndNewlines)).appending(path: "templates")
    }

    @Test(
        "are imported as they are", .enabled(if: python != nil, "make test names a Python with crewai-cli"),
        arguments: [("crew/config", 2, 2, ["current_year", "topic"]), ("flow/crews/content_crew/config", 3, 3, ["topic"])])
    func templates(folder: String, members: Int, tasks: Int, placeholders: [String]) throws {
        let folder = try Self.templates().appending(path: folder)
        let request = ImportCrew(
            name: "Original", agentsYAML: try String(contentsOf: folder.appending(path: "agents.yaml"), encoding: .utf8),
            tasksYAML: try String(contentsOf: folder.appending(path: "tasks.yaml"), encoding: .utf8), agentID: .sample,
            inputs: ["topic": "AI LLMs", "current_year": "2026"])
        let crew = try CrewImporter().read(request).crew
        #expect(crew.members.count == members && crew.tasks.count == tasks)
        let names = Set(crew.members.map(\.name))
        #expect(crew.tasks.allSatisfy { names.contains($0.member ?? "") })
        var found: Set<String> = []
        for text in crew.members.flatMap({ [$0.role, $0.goal, $0.backstory ?? ""] })
            + crew.tasks.flatMap({ [$0.description, $0.expectedOutput] })
        {
            #expect(Placeholders.fill(text, from: crew.inputs ?? [:])?.contains("{topic}") == false)
            _ = Placeholders.fill(text, from: [:]) { found.insert($0) }
        }
        #expect(found.sorted() == placeholders)
    }
}
