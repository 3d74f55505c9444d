import Support
import Testing

@Suite("Evaluations", .blocking, .timeLimit(.minutes(15)))
struct EvaluationTests {
    @Test("a Python block sees what the block before left, and its last expression is printed", arguments: Caller.available)
    func python(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        #expect(try sandbox.evaluate("python", "x = 41").output == "")
        let second = try sandbox.evaluate("python", "print('before')\nx + 1")
        #expect(second.output == "before\n42\n" && second.status == 0 && second.outcome == 0 && second.alive)
        let third = try sandbox.evaluate("python", "def fail():\n    1 / 0\nfail()")
        #expect(third.status == 1 && third.alive)
        #expect(third.errors.contains("ZeroDivisionError") && third.errors.contains("<block 3>\", line 2, in fail\n    1 / 0"))
        #expect(!third.errors.contains("drivers"))
        #expect(try sandbox.evaluate("python", "import asyncio\nawait asyncio.sleep(0)\nx").output == "41\n")
        #expect(try sandbox.evaluate("python", "import sys; sys.exit(7)").status == 7)
        #expect(try sandbox.evaluate("python", "x").output == "41\n")
    }

    @Test("a JavaScript block sees what the block before left, and its last expression is printed", arguments: Caller.available)
    func javascript(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("javascript", "const x = { a: [1] }")
        #expect(try sandbox.evaluate("javascript", "x").output == "{ a: [ 1 ] }\n")
        #expect(try sandbox.evaluate("javascript", "const x = 'again'; await Promise.resolve(x)").output == "'again'\n")
        let failed = try sandbox.evaluate("javascript", "console.log('out'); throw new TypeError('no')")
        #expect(failed.output == "out\n" && failed.status == 1 && failed.errors.hasPrefix("TypeError: no"))
        #expect(try sandbox.evaluate("javascript", "require('os').platform()").output == "'linux'\n")
    }

    @Test("a Bash block sees variables and the folder of the block before, and exit keeps what was exported", arguments: Caller.available)
    func bash(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("bash", "a=1; export B=2; cd /tmp")
        #expect(try sandbox.evaluate("bash", "echo $a $B $PWD").output == "1 2 /tmp\n")
        #expect(try sandbox.evaluate("bash", "false").status == 1)
        #expect(try sandbox.evaluate("bash", "exit 3").status == 3)
        #expect(try sandbox.evaluate("bash", "echo \"$a\" $B $PWD").output == " 2 /tmp\n")
    }

    @Test("output arrives while the block still runs", arguments: Caller.available)
    func streaming(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let request = try sandbox.begin("python", "import time\nprint('early')\nwhile True: time.sleep(0.01)")
        let first = try #require(try sandbox.receive())
        #expect(first.kind == .output && first.body[5...] == Array("early\n".utf8)[...])
        var cancel = Frame(kind: .cancel)
        cancel.put(request)
        try sandbox.send(cancel)
        let done = try sandbox.finishEvaluation(request)
        #expect(done.outcome == 1 && done.limits.isEmpty && done.alive)
    }

    @Test("a second evaluation while one runs is refused and harms nothing", arguments: Caller.available)
    func busy(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let first = try sandbox.begin("bash", "sleep 1000")
        let second = try sandbox.begin("bash", "echo no")
        let refusal = try #require(try sandbox.receive())
        #expect(refusal.kind == .refused && refusal.number(at: 0) == second)
        var cancel = Frame(kind: .cancel)
        cancel.put(first)
        try sandbox.send(cancel)
        #expect(try sandbox.finishEvaluation(first).outcome == 1)
    }

    @Test("an interpreter that is not installed is refused by name, and the others work", arguments: Caller.available)
    func missing(caller: Caller) throws {
        let drivers = try CompiledLauncher.shared.get().drivers
        let sandbox = try Sandbox(caller, settings: ["interpreter\tcobol\t\(drivers)/bash.sh\t/usr/bin/no-such-program"])
        let refusal = #expect(throws: Sandbox.Refused.self) { try sandbox.evaluate("cobol", "x") }
        #expect(refusal?.reason == "/usr/bin/no-such-program: No such file or directory")
        #expect(try sandbox.evaluate("bash", "echo fine").output == "fine\n")
    }

    @Test(
        "an interpreter that is killed from inside ends its evaluation with the signal, and the next block starts a new one",
        arguments: Caller.available)
    func killed(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let ended = try sandbox.evaluate("python", "import os\nprint('last words', flush=True)\nos.kill(os.getpid(), 9)")
        #expect(ended.outcome == 2 && ended.status == 137 && !ended.alive && ended.output == "last words\n")
        #expect(try sandbox.evaluate("python", "1").output == "1\n")
    }

    @Test(
        "before it is told that everything was killed for an evaluation, the other interpreters have been told lost",
        arguments: Caller.available)
    func lost(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        // It takes long to end.
        try sandbox.evaluate("javascript", "const held = Buffer.alloc(100 << 20, 1)")
        try sandbox.evaluate("python", "1")
        let stuck = try sandbox.begin("bash", "trap '' INT; echo begun; kill -STOP $$")
        #expect(try sandbox.receive()?.kind == .output)
        var cancel = Frame(kind: .cancel)
        cancel.put(stuck)
        try sandbox.send(cancel)
        let done = try sandbox.finishEvaluation(stuck)
        #expect(done.outcome == 1 && !done.alive && Set(done.lost) == ["javascript", "python"], "\(done)")
        #expect(try sandbox.evaluate("javascript", "typeof held").output == "'undefined'\n")
    }

    @Test("a megabyte of code runs, and bytes that are no UTF-8 pass through", arguments: Caller.available)
    func large(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let code = "x = '" + String(repeating: "a", count: 1_000_000) + "'\nlen(x)"
        #expect(try sandbox.evaluate("python", code).output == "1000000\n")
        #expect(
            try sandbox.evaluate("javascript", code.replacing("len(x)", with: "x.length").replacing("x = ", with: "var x = ")).output
                == "1000000\n")
        let request = try sandbox.begin("python", "import sys\nsys.stdout.buffer.write(b'\\xff\\x00\\n') and None")
        let first = try #require(try sandbox.receive())
        #expect(first.body[5...] == [0xFF, 0, 0x0A])
        _ = try sandbox.finishEvaluation(request)
    }
}
