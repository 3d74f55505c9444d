import Testing

@Suite("Commands of the launcher", .blocking, .timeLimit(.minutes(15)))
struct CommandTests {
    @Test("a command runs beside an evaluation and says how it ended", arguments: Caller.available)
    func beside(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let evaluation = try sandbox.begin("bash", "read -t 20 < fifo || { mkfifo fifo; read < fifo; }; echo $REPLY")
        let command = try sandbox.begin(command: ["/bin/sh", "-c", "while ! [ -p fifo ]; do sleep 0.01; done; echo passed > fifo; exit 5"])
        var outputs: [Int: String] = [:]
        var statuses: [Int: Int] = [:]
        while statuses.count < 2, let frame = try sandbox.receive() {
            switch frame.kind {
            case .output where frame.body[4] == 1:
                outputs[frame.number(at: 0), default: ""] += String(decoding: frame.body[5...], as: UTF8.self)
            case .done: statuses[frame.number(at: 0)] = frame.number(at: 7)
            default: break
            }
        }
        #expect(outputs[evaluation] == "passed\n")
        #expect(statuses == [evaluation: 0, command: 5])
    }

    @Test("output on demand waits for its reader, and all of it comes", arguments: Caller.available)
    func onDemand(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let command = try sandbox.begin(command: ["/bin/sh", "-c", "head -c 300000 /dev/zero"], flags: 4)
        #expect(try sandbox.receive()?.kind == .begun)
        var received = 0
        for _ in 0..<3 {
            try sandbox.more(command, 100_000)
            let before = received
            while received < before + 100_000, let frame = try sandbox.receive() {
                #expect(frame.kind == .output)
                received += frame.body.count - 5
            }
            #expect(received == before + 100_000)
        }
        try sandbox.more(command, 1)
        #expect(try sandbox.receive()?.kind == .done)
    }

    @Test("a command has the sandbox's user, no privileges and the same system calls", arguments: Caller.available)
    func confined(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let look =
            "id -u; grep -E 'NoNewPrivs|Seccomp:|CapEff' /proc/self/status | tr -s '\\t' ' '; ls /proc/self/fd | wc -l; unshare -U true || echo refused"
        let command = try sandbox.begin(command: ["/bin/sh", "-c", look])
        var output = ""
        while let frame = try sandbox.receive(), frame.kind != .done {
            if frame.kind == .output, frame.body[4] == 1 { output += String(decoding: frame.body[5...], as: UTF8.self) }
        }
        _ = command
        #expect(output == "1000\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n4\nrefused\n")
    }
}
