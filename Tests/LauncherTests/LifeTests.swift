import Foundation
import Support
import Testing

@Suite("Life and death", .blocking, .timeLimit(.minutes(15)))
struct LifeTests {
    private func startSurvivors(_ caller: Caller, _ mark: String) throws -> Sandbox {
        let sandbox = try Sandbox(caller)
        let daemon =
            "(trap '' INT HUP TERM; setsid nohup python3 -c 'import time; open(\"begun\", \"a\").write(\"x\"); time.sleep(1000)' \(mark) >/dev/null 2>&1 &)"
        let wait = "until [ \"$(cat begun 2>/dev/null)\" = xx ]; do sleep 0.02; done"
        #expect(try sandbox.evaluate("bash", "\(daemon); \(daemon); \(wait)").status == 0)
        #expect(survivors(mark).count == 2)
        return sandbox
    }

    @Test("closing the socket ends every process before the launcher exits", arguments: Caller.available)
    func close(caller: Caller) throws {
        let mark = "mark-\(UUID())"
        try startSurvivors(caller, mark).finish()
        #expect(survivors(mark).isEmpty)
    }

    @Test("a launcher killed with -9 takes every process along", arguments: Caller.available)
    func murder(caller: Caller) throws {
        let mark = "mark-\(UUID())"
        let sandbox = try startSurvivors(caller, mark)
        Glibc.kill(sandbox.process, SIGKILL)
        sandbox.finish()
        #expect(eventually { survivors(mark).isEmpty })
        #expect(try run(CompiledLauncher.shared.get().executable, ["--sweep"]).status == 0)
    }

    @Test("many sandboxes come and go and leave no control group behind")
    func churn() throws {
        for _ in 0..<20 {
            let sandbox = try Sandbox(Caller.available[0])
            #expect(try sandbox.evaluate("bash", "echo $((6 * 7))").output == "42\n")
            sandbox.finish()
            let left = try run("/usr/bin/find", ["/sys/fs/cgroup", "-maxdepth", "5", "-name", "sandbox-\(sandbox.process)"]).text
            // `find` also complains of what others removed meanwhile.
            #expect(!left.split(separator: "\n").contains { $0.hasSuffix("/sandbox-\(sandbox.process)") })
        }
    }

    @Test("the probe tells what the machine allows")
    func probe() throws {
        let result = try run(CompiledLauncher.shared.get().executable, ["--probe"])
        #expect(result.status == 0 && result.text.contains("\"tier\":\"namespaces\""))
    }

    @Test("where namespaces are not to be had the reason is told")
    func refusedNamespaces() throws {
        let launcher = try CompiledLauncher.shared.get().executable
        let without = try run(
            "/usr/bin/unshare", ["-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces; exec \(launcher) --probe"])
        #expect(without.status == 1 && without.text.hasPrefix("{\"tier\":\"none\",\"reason\":\"namespaces: the limit"), "\(without.text)")
    }

    @Test("root that has no other ids to give away, as in a rootless container, makes sandboxes too")
    func rootlessRoot() throws {
        let result = try run("/usr/bin/unshare", ["-Ur", try CompiledLauncher.shared.get().executable, "--probe"])
        #expect(result.status == 0 && result.text.contains("\"own_user\":false"), "\(result.text)")
    }
}
