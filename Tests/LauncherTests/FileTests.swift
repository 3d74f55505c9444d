import Testing

@Suite("Files out", .blocking, .timeLimit(.minutes(15)))
struct FileTests {
    @Test("files below a folder are listed with their sizes and read whole", arguments: Caller.available)
    func export(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("bash", "mkdir -p out/deep/er; echo hello > out/a.txt; head -c 300000 /dev/zero > out/deep/er/b.bin")
        #expect(try sandbox.list("out") == ["a.txt": 6, "deep/er/b.bin": 300_000])
        #expect(try sandbox.read("out/a.txt").get() == Array("hello\n".utf8))
        #expect(try sandbox.read("out/deep/er/b.bin").get().count == 300_000)
    }

    @Test("a folder that is not there is refused", arguments: Caller.available)
    func absent(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let refusal = #expect(throws: Sandbox.Refused.self) { try sandbox.list("absent") }
        #expect(refusal?.reason == "no such folder")
    }

    static let traps: [(String, String)] = [
        ("a symbolic link out", "ln -s /etc/passwd trap"),
        ("a symbolic link in the path", "ln -s /etc link; ln -s /etc trap"),
        ("a FIFO", "mkfifo trap"),
        ("a folder", "mkdir trap"),
        ("a socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"trap\")'"),
        ("a link to a descriptor", "ln -s /proc/self/fd/0 trap"),
    ]

    @Test("what is no plain file is not read", arguments: Caller.available, traps)
    func trap(caller: Caller, trap: (String, String)) throws {
        let sandbox = try Sandbox(caller)
        #expect(try sandbox.evaluate("bash", trap.1).status == 0)
        #expect(throws: Sandbox.Refused.self) { try sandbox.read("trap").get() }
    }

    @Test("a path out of the home is not read", arguments: Caller.available)
    func outside(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("bash", "echo x > /tmp/t; ln -s /tmp out/tmp; ln -s / root")
        for path in ["/etc/passwd", "../../etc/passwd", "out/../../user/x", "out/tmp/t", "root/etc/passwd", "", "..", "/proc/1/environ"] {
            #expect(throws: Sandbox.Refused.self, "\(path)") { try sandbox.read(path).get() }
        }
        #expect(try sandbox.list("out").isEmpty)
    }

    @Test("a folder that is renamed below a watch is told of by its new name")
    func watch() throws {
        let sandbox = try Sandbox(Caller.available[0])
        try sandbox.evaluate("bash", "mkdir -p watched/before/deep")
        let watch = sandbox.request(.watch) {
            $0.put(1)
            $0.put(name: "watched")
        }
        #expect(try sandbox.answer(to: watch).kind == .attributes)
        let block = try sandbox.begin(
            "bash", "mv watched/before watched/after; until [ -e go ]; do sleep 0.01; done; touch watched/after/deep/x")
        func change() throws -> String {
            while let frame = try sandbox.receive() {
                if frame.kind == .change { return String(decoding: frame.body[8...], as: UTF8.self) }
            }
            return "the launcher is gone"
        }
        #expect(try [change(), change()] == ["before", "after"])
        let make = sandbox.request(.file) {
            $0.put(2)
            $0.put(0)
            $0.put(name: "go")
        }
        try sandbox.send(make)
        #expect(try change() == "after/deep/x")
        _ = block
    }

    @Test("a listing of very many files is cut at its cap", arguments: Caller.available)
    func many(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("python", "for i in range(3000): open(f'out/{i}', 'w').close()")
        #expect(try sandbox.list("out").count == 1000)
    }
}
