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

    @Test("a sandbox that says that its memory is limited is in its group, however few descriptors there were", arguments: Caller.available)
    func few(caller: Caller) throws {
        let usual = try Sandbox(caller).description
        var checked = 0
        for most in 60..<84 {
            let sandbox = try Sandbox(unconfigured: caller, most: most)
            try sandbox.send(Frame(kind: .configure))
            // So few that not even the reason can be told end the launcher.
            guard let answer = try sandbox.receive(), answer.kind == .ready else { continue }
            checked += 1
            let isLimited = answer.text.contains("\"memory_enforced\":true")
            #expect(try sandbox.isGrouped(by: "memory") == isLimited, "with \(most) descriptors: \(answer.text)")
            if isLimited { #expect(try sandbox.isGrouped(by: "pids"), "with \(most) descriptors") }
            // Fewer descriptors make no sandbox better than the usual one.
            #expect(!isLimited || usual.contains("\"memory_enforced\":true"))
        }
        #expect(checked > 0)
    }
}
