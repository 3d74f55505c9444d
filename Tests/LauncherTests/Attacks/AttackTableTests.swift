import Foundation
import Testing

@Suite("The table of attacks", .blocking, .timeLimit(.minutes(15)))
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
        let probes = AttackProbe.groups.flatMap { group in
            group.probes.map { [group.title, $0.title, $0.told(.namespaces), $0.told(.landlock), $0.control.told] }
        }
        let rest = others.map { ["resources and the rest", $0.title, "refused", $0.needsNamespaces ? "not covered" : "refused", ""] }
        let rows = (probes + rest).map { "| \($0.joined(separator: " | ")) |\n" }
        return """
            # What code in a sandbox tries

            Every line is tried by `make test`, in each tier that the machine can make, started by root and by an ordinary user, and in sandboxes
            that a zygote made. What a tier answers is one of the errors or signals named here, or nothing is found; anything else fails the test.
            The last column says what the same code comes to outside of a sandbox, on the machine itself, which shows that it is the sandbox that
            refuses; where it says root, the test does that only when root runs it, and in a container that filters system calls, which is no outside,
            none of it. *Apart* is in namespaces that are thrown away. Where success
            would do harm, the code gets an argument wrong: the kernel then lets root in and fails later, with that error. A machine that lacks
            what is attacked (a kernel without io_uring, no `/proc/kcore`) may say so outside; the sandbox's answer has to be the same there.

            `swift test --filter LauncherTests` runs all of it, `--filter AttackTests` the probes (`Tests/LauncherTests/Attacks` has their code). This
            table is written from the tests: `WRITE_ATTACK_TABLE=1 swift test --filter AttackTableTests`. The last group are tests of their own.

            | attempt on | code in the sandbox | namespaces | landlock | outside |
            |---|---|---|---|---|
            \(rows.joined())
            """
    }

    @Test("the table that the guide shows is that of the tests")
    func current() throws {
        let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = project.appendingPathComponent("Services/ToolExecution/Launcher/ATTACKS.md")
        if ProcessInfo.processInfo.environment["WRITE_ATTACK_TABLE"] != nil {
            try Self.table.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == Self.table)
    }

    @Test("there are at least ninety, each with a title of its own")
    func count() {
        let all = AttackProbe.all
        #expect(Set(all.map(\.title)).count == all.count)
        for tier in Tier.allCases { #expect(all.filter { $0.refusals[tier] != nil }.count >= 90) }
    }
}

extension AttackProbe {
    fileprivate func told(_ tier: Tier) -> String {
        refusals[tier]?.sorted().map { $0 == "nothing" ? "nothing found" : "`\($0)`" }.joined(separator: ", ") ?? "not covered"
    }
}

extension AttackProbe.Control {
    fileprivate var told: String {
        switch self {
        case .anyone: "anyone succeeds"
        case .root: "root succeeds"
        case .rootApart: "root succeeds, apart"
        case .rootFails(let failures, else: let reason):
            "root gets as far as \(failures.sorted().map { "`\($0)`" }.joined(separator: ", ")), else \(reason)"
        }
    }
}
