import Foundation
import Testing

@Suite("The table of attacks", .blocking)
struct AttackTableTests {
    /// What is tested elsewhere in these tests, in every tier or in the stronger one.
    private static let others: [(title: String, needsNamespaces: Bool)] = [
        ("takes memory beyond the limit, in one process or in many", false),
        ("fills memory through files", true),
        ("forks without end", false),
        ("fills the disk, by bytes or by number of files", false),
        ("writes output without end", false),
        ("computes without end, in one process or in many", false),
        ("ignores every request to stop", false),
        ("leaves processes behind", false),
        ("lies on its control channel", false),
        ("has a timer wake it from a pause", false),
        ("stops every new process before it runs its program", false),
        ("has a host file's mode changed by swapping a folder for a link to it", false),
        ("hides files in folders that are too deep to be counted", false),
        ("changes attributes of open files, or how others are scheduled, where it shares its user", false),
        ("finds a secret of the launcher's environment, or a descriptor left open", false),
        ("reads another sandbox's files or memory, or reaches its network", true),
    ]

    private static var table: String {
        let groups: [(String, [(title: String, needsNamespaces: Bool)])] =
            [
                ("files", AttackProbe.files), ("processes and identity", AttackProbe.processes), ("the kernel", AttackProbe.kernel),
                ("the network", AttackProbe.network), ("the host and the supervisor", AttackProbe.host),
            ].map { ($0.0, $0.1.map { ($0.title, $0.needsNamespaces) }) } + [("resources and the rest", others)]
        let rows = groups.flatMap { group, attacks in
            attacks.map { "| \(group) | \($0.title) | refused | \($0.needsNamespaces ? "not covered" : "refused") |\n" }
        }
        return """
            # What code in a sandbox tries

            Every line is tried by `make test`, in each tier that the machine can make, started by root and by an ordinary user
            (`swift test --filter LauncherTests`; `AttackProbe*.swift` has the code). This table is written from those tests:
            `WRITE_ATTACK_TABLE=1 swift test --filter AttackTableTests`.

            | attempt on | code in the sandbox | namespaces | landlock |
            |---|---|---|---|
            \(rows.joined())
            """
    }

    @Test("the table that the guide shows is that of the tests")
    func current() throws {
        let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = project.appendingPathComponent("Services/ToolExecution/Launcher/ATTACKS.md")
        if ProcessInfo.processInfo.environment["WRITE_ATTACK_TABLE"] != nil {
            try Self.table.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == Self.table)
    }

    @Test("there are at least ninety, each with a title of its own")
    func count() {
        let all = AttackProbe.files + AttackProbe.processes + AttackProbe.kernel + AttackProbe.network + AttackProbe.host
        #expect(all.count >= 90 && Set(all.map(\.title)).count == all.count)
    }
}
