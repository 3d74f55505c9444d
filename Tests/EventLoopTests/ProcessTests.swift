import EventLoop
import Glibc
import Support
import Testing

@Suite("Processes and signals", .timeLimit(.minutes(15)))
struct ProcessTests {
    @Test("a child speaks through its descriptors, has only the environment it was given, and its end is seen")
    func child() async throws {
        try await withLoop { loop in
            let (stream, descriptor) = try loop.makeSocketPair()
            let child = try loop.startProcess(
                "/bin/sh", arguments: ["-c", "env; ls /proc/self/fd | wc -l; read line; echo got $line; exit 7"],
                environment: ["GREETING": "hello"], descriptors: [(ours: descriptor, theirs: 0), (ours: dup(descriptor), theirs: 1)])
            try await stream.write(Array("ping\n".utf8))
            var output: [UInt8] = []
            while try await stream.read(appendingTo: &output) > 0 {}
            let text = String(decoding: output, as: UTF8.self)
            #expect(text.contains("GREETING=hello"))
            #expect(!text.contains("HOME="))
            #expect(text.contains("got ping"))
            #expect(try await child.exitStatus() == .exited(code: 7))
        }
    }

    @Test("a killed child is reported as such, and a program that is missing is named")
    func killed() async throws {
        try await withLoop { loop in
            let child = try loop.startProcess("/bin/sleep", arguments: ["1000"], descriptors: [])
            child.kill()
            #expect(try await child.exitStatus() == .signalled(SIGKILL))
            #expect(throws: SocketError.self) { _ = try loop.startProcess("/no/such/program", arguments: [], descriptors: []) }
        }
    }
}
