import Foundation
import Glibc
import Testing

@Suite("Descriptors of the launcher", .blocking, .timeLimit(.minutes(15)))
struct DescriptorTests {
    @Test("an interpreter gets its own, whichever numbers were free")
    func numbers() throws {
        let sandbox = try Sandbox(Caller.available[0])
        // Three descriptors for each, one for each file: those of the interpreter come to lie where its own are to be put.
        for _ in 0..<22 {
            _ = try sandbox.begin(command: ["/bin/sleep", "1000"], flags: 1)
            #expect(try sandbox.receive()?.kind == .begun)
        }
        for index in 0..<32 {
            _ = try sandbox.openForWriting("file\(index)")
            #expect(try sandbox.evaluate("bash", "echo fine").output == "fine\n", "with \(index) open files")
            try sandbox.stop("bash")
        }
    }

    @Test(
        "a sandbox that says that its memory is limited is in its group, however few descriptors there were",
        .enabled("root may make control groups of version 1") {
            try geteuid() == 0 && Sandbox(.root).description.contains("\"cgroup\":\"v1\"")
        })
    func few() throws {
        var checked = 0
        for most in 60..<84 {
            let sandbox = try Sandbox(unconfigured: .root, most: most)
            try sandbox.send(Frame(kind: .configure))
            guard let answer = try sandbox.receive(), answer.kind == .ready, answer.text.contains("\"memory_enforced\":true") else {
                continue
            }
            checked += 1
            let groups = try String(contentsOfFile: "/proc/\(try first(of: sandbox.process))/cgroup", encoding: .utf8)
            let own = groups.split(separator: "\n").filter { $0.hasSuffix("/sandbox-\(sandbox.process)") }
            #expect(own.contains { $0.contains("memory") } && own.contains { $0.contains("pids") }, "with \(most) descriptors: \(groups)")
        }
        #expect(checked > 0)
    }

    /// The launcher's only child, the first process of its sandbox.
    private func first(of launcher: pid_t) throws -> Int {
        let children = try String(contentsOfFile: "/proc/\(launcher)/task/\(launcher)/children", encoding: .utf8)
        return try #require(Int(children.split(separator: " ").first ?? ""))
    }
}
