import SimulationService
import Testing
import WireProtocol

@Suite("Rules of crews", .timeLimit(.minutes(15)))
struct CrewRulesTests {
    private static func task(_ name: String, _ member: String? = "a", context: [String]? = nil) -> CrewTask {
        CrewTask(name: name, description: "Do", expectedOutput: "It", member: member, context: context)
    }

    private func pointers(
        _ tasks: [CrewTask], _ process: CrewProcess = .sequential, manager: String? = nil, members: [String] = ["a", "b"],
        inputs: Inputs = [:]
    ) -> [String] {
        CrewRules(
            Crew(
                id: .sample, ownerID: .sample, name: "x", process: process, manager: manager,
                members: members.map { CrewMember(name: $0, agentID: .sample, role: "r", goal: "g") }, tasks: tasks, maxRevisions: 2,
                inputs: inputs, sharing: .private, version: 1, createdAt: .sample, updatedAt: .sample)
        ).violations.map(\.pointer)
    }

    @Test("what fits together is accepted, whatever the order of the tasks")
    func accepted() {
        #expect(pointers([Self.task("1", context: ["2", "3"]), Self.task("2", "b", context: ["3"]), Self.task("3", context: [])]) == [])
        #expect(pointers([Self.task("1"), Self.task("2", nil)], .hierarchical, manager: "b", inputs: ["a-b_1": "x"]) == [])
    }

    @Test("names that stand twice or nowhere are refused with their places")
    func names() {
        #expect(pointers([Self.task("1")], members: ["a", "b", "a", "a"]) == ["/members/2/name", "/members/3/name"])
        #expect(pointers([Self.task("1"), Self.task("1")]) == ["/tasks/1/name"])
        #expect(pointers([Self.task("1", "c"), Self.task("2", nil)]) == ["/tasks/0/member", "/tasks/1/member"])
        #expect(
            pointers([Self.task("1", context: ["0"]), Self.task("2", context: ["1", "1"])]) == ["/tasks/0/context/0", "/tasks/1/context/1"])
        #expect(pointers([Self.task("1")], inputs: ["": "x", "1a": "x", "ok": "x"]) == ["/inputs/", "/inputs/1a"])
    }

    @Test("a manager is a member of a hierarchical crew, and does no task")
    func manager() {
        #expect(pointers([Self.task("1")], .hierarchical) == ["/manager"])
        #expect(pointers([Self.task("1")], .hierarchical, manager: "c") == ["/manager"])
        #expect(pointers([Self.task("1")], manager: "a") == ["/manager", "/tasks/0/member"])
        #expect(pointers([Self.task("1")], .hierarchical, manager: "a") == ["/tasks/0/member"])
        #expect(pointers([Self.task("1", nil)], .hierarchical, manager: "a", members: ["a"]) == ["/members"])
    }

    @Test("a cycle is refused at the reference that closes it")
    func cycles() {
        #expect(pointers([Self.task("1", context: ["1"])]) == ["/tasks/0/context/0"])
        #expect(pointers([Self.task("1", context: ["2"]), Self.task("2", context: ["1"])]) == ["/tasks/1/context/0"])
        let long = [Self.task("0", context: [])] + (1..<50).map { Self.task("\($0)", context: ["0", "\($0 == 49 ? 1 : $0 + 1)"]) }
        #expect(pointers(long) == ["/tasks/49/context/1"])
        // A diamond is none.
        #expect(
            pointers([Self.task("1"), Self.task("2", context: ["1"]), Self.task("3", context: ["1"]), Self.task("4", context: ["2", "3"])])
                == [])
    }

    @Test(
        "placeholders are filled, and other braces are text",
        arguments: [
            ("{topic} and {topic}", "kettles and kettles", []), ("{ topic } {} {1} {a b}", "{ topic } {} {1} {a b}", []),
            ("{\"key\": {topic}}", "{\"key\": kettles}", []), ("{{topic}}", "{kettles}", []),
            ("{missing} {topic", "{missing} {topic", ["missing"]),
            ("}{", "}{", []), ("{topic}ü{year-1}", "kettlesü{year-1}", ["year-1"]), ("", "", []),
        ])
    func placeholders(text: String, filled: String, missing: [String]) {
        var found: [String] = []
        #expect(Placeholders.fill(text, from: ["topic": "kettles"], missing: { found.append($0) }) == filled)
        #expect(found == missing)
    }
}
