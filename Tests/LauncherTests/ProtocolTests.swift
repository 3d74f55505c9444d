import Testing

@Suite("The protocol", .blocking, .timeLimit(.minutes(15)))
struct ProtocolTests {
    static let refusedConfigurations: [(String, String)] = [
        ("memory_bytes\tmuch", "memory_bytes is not a number"),
        ("memory_bytes\t-1", "memory_bytes is not a number"),
        ("memory_bytes\t1", "memory_bytes must be"),
        ("processes\t99999999999999999999999", "processes is not a number"),
        ("colour\tred", "an unknown setting: colour"),
        ("processes", "a line without a value"),
        ("bind\trelative", "a bind is an absolute path"),
        ("bind\t/usr/../root", "a bind is an absolute path"),
        ("bind\t/no/such/folder", "/no/such/folder"),
        ("environment\tNOVALUE", "NAME=VALUE"),
        ("interpreter\t../up\t/etc/hostname\t/bin/sh", "an interpreter is a name"),
        ("interpreter\tx\t/no/such/driver\t/bin/sh", "driver /no/such/driver"),
        ("interpreter\tx\t/dev/zero\t/bin/sh", "not a readable file"),
        ("zero\t\0", "a zero byte"),
    ]

    @Test("a configuration that is wrong fails with its reason", arguments: refusedConfigurations)
    func configuration(line: String, reason: String) throws {
        let sandbox = try Sandbox(unconfigured: Caller.available[0])
        try sandbox.send(Frame(kind: .configure, body: Array(line.utf8)))
        let answer = try #require(try sandbox.receive())
        #expect(answer.kind == .failed && answer.text.contains(reason), "\(answer.text)")
        #expect(try sandbox.receive() == nil)
    }

    static let brokenStreams: [[UInt8]] = [
        [0, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF, 1],
        [0, 0x20, 0, 0, 1],
        [0, 0, 0, 1, 65],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 1, 255],
    ]

    @Test("a supervisor that breaks the framing is cut off, before and after the configuration", arguments: brokenStreams)
    func framing(bytes: [UInt8]) throws {
        let fresh = try Sandbox(unconfigured: Caller.available[0])
        try fresh.send(bytes: bytes)
        #expect(try fresh.receive()?.kind == .failed)
        let ready = try Sandbox(Caller.available[0])
        try ready.send(bytes: bytes)
        #expect(try ready.receive()?.kind == .exited)
        #expect(try ready.receive() == nil)
    }

    @Test("a request with fields cut off or lengths that lie is refused, and the next one works")
    func malformedRequests() throws {
        let sandbox = try Sandbox(Caller.available[0])
        let bodies: [(Frame.Kind, [UInt8])] = [
            (.evaluate, []), (.evaluate, [0, 0, 0, 1]), (.evaluate, [0, 0, 0, 1, 0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF]),
            (.evaluate, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x61]),
            (.list, [0, 0, 0, 1, 0, 0, 4, 0]),
            (.start, [0, 0, 0, 1, 0, 0, 0, 3, 0x66, 0x6F, 0x6F]),
        ]
        for (kind, body) in bodies {
            try sandbox.send(Frame(kind: kind, body: body))
            #expect(try sandbox.receive()?.kind == .refused, "\(kind) \(body)")
        }
        #expect(throws: Sandbox.Refused.self) { try sandbox.evaluate("bash", "echo \0") }
        #expect(try sandbox.evaluate("bash", "echo fine").output == "fine\n")
    }

    static let lies: [(String, String)] = [
        ("a result that is no number", "os.write(99, b'nonsense\\n')"),
        ("a result in advance", "os.write(99, b'0\\n' * 1000)"),
        ("an endless result", "for i in range(50): os.write(99, b'9' * 4096)"),
        ("bytes like frames", "os.write(1, bytes([255] * 4096)); os.write(99, bytes([255] * 4096))"),
        ("its code socket closed", "os.close(98); os.close(99)"),
        ("its output closed", "os.close(1); os.close(2)"),
    ]

    @Test("a payload that lies to the sandbox's first process harms only itself", arguments: Caller.available, lies)
    func lie(caller: Caller, lie: (String, String)) throws {
        let sandbox = try Sandbox(caller)
        _ = try sandbox.evaluate("python", "import os\n\(lie.1)", timeout: 3000)
        #expect(try sandbox.evaluate("bash", "echo fine").output == "fine\n")
    }
}
