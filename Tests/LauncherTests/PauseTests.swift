import Foundation
import Glibc
import Support
import Testing

@Suite("Pausing and measuring", .blocking, .timeLimit(.minutes(15)))
struct PauseTests {
    @Test("what is paused uses no processor, keeps its state, and its time stands still", arguments: Caller.available)
    func pause(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("bash", "(while :; do :; done) & (while :; do :; done) & kept=5")
        let code = "import time\nx = 0\nuntil = time.process_time() + 2\nwhile time.process_time() < until: x += 1\nprint('done')"
        let block = try sandbox.begin("python", code, timeout: 120_000)
        try sandbox.pause()
        let before = try sandbox.measure().processorNanoseconds
        let refused = #expect(throws: Sandbox.Refused.self) { try sandbox.evaluate("bash", "echo") }
        #expect(refused?.reason == "the sandbox is paused")
        // Another one works meanwhile, so a processor was there for both.
        #expect(try Sandbox(caller).evaluate("python", "import time\nwhile time.process_time() < 0.2: pass").outcome == 0)
        #expect(try sandbox.measure().processorNanoseconds - before < 20_000_000)
        try sandbox.pause()
        try sandbox.resume()
        #expect(try sandbox.finishEvaluation(block).output == "done\n")
        #expect(try sandbox.evaluate("bash", "echo $kept").output == "5\n")
        #expect(try sandbox.measure().processorNanoseconds > before)
    }

    @Test("a pause does not count against the time of a block", arguments: Caller.available)
    func clock(caller: Caller) throws {
        let (sandbox, other) = (try Sandbox(caller), try Sandbox(caller))
        let longest = 10_000
        let code = "import os\nprint('begun', flush=True)\nwhile not os.path.exists('resumed'): pass"
        let block = try sandbox.begin("python", code, timeout: longest)
        #expect(try sandbox.receive()?.kind == .output)
        try sandbox.pause()
        // A block that begins now, and may take as long, comes to the end of its time.
        #expect(try other.evaluate("bash", "sleep 1000", timeout: longest).limits == .time)
        try sandbox.resume()
        _ = try sandbox.openForWriting("resumed")
        #expect(try sandbox.finishEvaluation(block).outcome == 0)
    }

    /// Where no control group freezes it, a pause is made by signals.
    @Test(
        "what a timer wakes from a pause by signals is ended, even when it stops itself again in time",
        arguments: Stand.available.filter { $0.caller == .ordinary }, [false, true])
    func wakening(stand: Stand, isHiding: Bool) throws {
        let sandbox = try stand.sandbox()
        let hide =
            "    until = time.monotonic() + 0.01\n    while time.monotonic() < until: pass\n    os.kill(os.getpid(), signal.SIGSTOP)"
        let code = """
            import ctypes, os, signal, time
            signal.signal(signal.SIGCONT, lambda *_: None)
            class Event(ctypes.Structure):
                _fields_ = [('value', ctypes.c_void_p), ('signal', ctypes.c_int), ('kind', ctypes.c_int), ('rest', ctypes.c_char * 48)]
            libc = ctypes.CDLL(None)
            # Many, each once: one whose signal waits when the process is stopped is lost, and with it its period.
            for number in range(1, 600):
                timer, due = ctypes.c_void_p(), divmod(number * 150, 1000)
                assert libc.timer_create(1, ctypes.byref(Event(signal=signal.SIGCONT)), ctypes.byref(timer)) == 0
                assert libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 0, due[0], due[1] * 10 ** 6), None) == 0
            print('begun', flush=True)
            while True:
            \(isHiding ? hide : "    pass")
            """
        let block = try sandbox.begin("python", code)
        #expect(try sandbox.receive()?.kind == .output)
        try sandbox.pause()
        let ended = try sandbox.finishEvaluation(block)
        #expect(ended.outcome == 1 && !ended.alive && ended.limits.isEmpty)
        try sandbox.resume()
        #expect(try sandbox.evaluate("python", "'after'").output == "'after'\n")
    }

    @Test("a paused sandbox dies with its socket, and with its launcher", arguments: Caller.available)
    func end(caller: Caller) throws {
        for isMurder in [false, true] {
            let mark = "mark-\(UUID())"
            let sandbox = try Sandbox(caller)
            let daemon =
                "(trap '' INT HUP TERM; setsid nohup python3 -c 'open(\"begun\", \"w\").close(); import time; time.sleep(1000)' \(mark) >/dev/null 2>&1 &)"
            #expect(try sandbox.evaluate("bash", "\(daemon); until [ -e begun ]; do sleep 0.02; done").status == 0)
            try sandbox.pause()
            #expect(survivors(mark).count == 1)
            if isMurder { Glibc.kill(sandbox.process, SIGKILL) }
            sandbox.finish()
            if isMurder {
                #expect(
                    eventually {
                        _ = try? run(CompiledLauncher.shared.get().executable, ["--sweep"])
                        return survivors(mark).isEmpty
                    })
            }
            #expect(survivors(mark).isEmpty)
        }
    }

    @Test("processor time, memory, processes and files are measured", arguments: Caller.available)
    func measure(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("python", "import os, time")
        let before = try sandbox.measure()
        #expect(before.processes == 1 && before.diskSize == 256 << 20)
        let work = """
            held = bytearray(os.urandom(1 << 20) * 50)
            open('file', 'wb').write(bytes(20 << 20))
            if os.fork() == 0: time.sleep(1000)
            until = time.process_time() + 0.2
            while time.process_time() < until: pass
            """
        #expect(try sandbox.evaluate("python", work).status == 0)
        let after = try sandbox.measure()
        #expect(after.memory - before.memory > 65 << 20 && after.memoryPeak >= after.memory)
        #expect(after.processes == 2)
        #expect(after.disk - before.disk >= 20 << 20)
        #expect(after.processorNanoseconds - before.processorNanoseconds > 150_000_000)
    }

    @Test("processor time that is used up, by one process or by many, ends everything and for good", arguments: Caller.available)
    func cpuTime(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["cpu_seconds\t1"])
        let stopped = try sandbox.evaluate("bash", "for i in 1 2 3; do (while :; do :; done) & done; wait")
        #expect(stopped.outcome == 1 && stopped.limits == .cpu && !stopped.alive)
        let refused = #expect(throws: Sandbox.Refused.self) { try sandbox.evaluate("python", "1") }
        #expect(refused?.reason == "the processor time of the sandbox is used up")
        #expect(eventually { (try? sandbox.measure().processes) == 0 })
    }

    @Test(
        "a share of the processors is not exceeded where it is said to be enforced, which only a control group can",
        arguments: Caller.available)
    func cpuShare(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["cpu_percent\t20"])
        let code = """
            import time
            began, until = time.monotonic(), time.process_time() + 0.4
            while time.process_time() < until: pass
            print(time.monotonic() - began)
            """
        let seconds = try #require(Double(try sandbox.evaluate("python", code).output.dropLast()))
        if try sandbox.isGrouped(by: "cpu") {
            #expect(sandbox.description.contains("\"cpu_enforced\":true") && seconds > 1)
        } else {
            #expect(sandbox.description.contains("\"cpu_enforced\":false") && seconds >= 0.4)
        }
    }
}
