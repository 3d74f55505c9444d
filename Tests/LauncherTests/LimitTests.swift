import Foundation
import Testing

@Suite("Limits", .blocking, .timeLimit(.minutes(15)))
struct LimitTests {
    @Test("a block that outlives its time is interrupted, and its state stays", arguments: Stand.available, ["python", "javascript"])
    func time(stand: Stand, language: String) throws {
        let sandbox = try stand.sandbox()
        try sandbox.evaluate(language, "x = 5")
        let stopped = try sandbox.evaluate(language, language == "python" ? "while True: pass" : "while (true) {}", timeout: 2_000)
        #expect(stopped.outcome == 1 && stopped.limits == .time && stopped.alive)
        #expect(try sandbox.evaluate(language, "x").output == "5\n")
    }

    @Test("an interruption that comes before a block has begun stops it all the same", arguments: ["python", "javascript", "bash"])
    func early(language: String) throws {
        let sandbox = try Sandbox(.ordinary)
        try sandbox.evaluate(language, "x=5")
        let endless = ["python": "while True: pass", "javascript": "while (true) {}", "bash": "while true; do true; done"]
        for _ in 0..<50 {
            let stopped = try sandbox.evaluate(language, endless[language] ?? "", timeout: 1)
            #expect(stopped.outcome == 1 && stopped.limits == .time && stopped.alive, "\(stopped)")
        }
    }

    @Test(
        "a block that ignores the interruption is killed with all it started, files stay, and the next block starts afresh",
        arguments: Caller.available)
    func hung(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        try sandbox.evaluate("bash", "echo kept > kept; (trap '' INT; exec sleep 1000) &")
        let code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
        try sandbox.evaluate("python", "1")
        let stopped = try sandbox.evaluate("python", code, timeout: 10_000)
        #expect(stopped.outcome == 1 && stopped.limits == .time && !stopped.alive && stopped.status == 137)
        let after = try sandbox.evaluate(
            "python", "import os\nprint(open('kept').read(), len([p for p in os.listdir('/proc') if p.isdigit()]))")
        #expect(after.output == "kept\n 2\n")
    }

    @Test("output beyond its cap is dropped and stops the block", arguments: Caller.available)
    func output(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["output_bytes\t10000"])
        let stopped = try sandbox.evaluate("python", "while True: print('x' * 999)")
        #expect(stopped.outcome == 1 && stopped.limits == .output && stopped.alive && stopped.dropped > 0)
        #expect(stopped.output.utf8.count + stopped.errors.utf8.count <= 10000)
        #expect(try sandbox.evaluate("python", "'next'").output == "'next'\n")
    }

    @Test("memory beyond the limit, in one process or in many, is refused or ends in a kill that is told", arguments: Caller.available)
    func memory(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["memory_bytes\t134217728"])
        #expect(try sandbox.evaluate("python", "x = bytearray(10 ** 10)").errors.contains("MemoryError"))
        let many = """
            import os, time
            children = []
            for i in range(8):
                child = os.fork()
                if child == 0:
                    held = bytearray(50 * 2 ** 20)
                    time.sleep(1000)
                    os._exit(0)
                children.append(child)
            # The kernel may kill one that is too much, and leave the others.
            os.wait()
            for child in children: os.kill(child, 9)
            """
        #expect(try sandbox.evaluate("python", many).limits.contains(.memory))
        let files = try sandbox.evaluate("python", "open('/dev/shm/x', 'wb').write(bytes(2 ** 20) * 300)")
        #expect(files.status != 0)
    }

    @Test("memory that processes share is counted, and counted once", arguments: Caller.available)
    func sharedMemory(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["memory_bytes\t134217728"])
        let inherited = """
            import os, time
            held = b"x" * (40 << 20)
            for i in range(8):
                if os.fork() == 0: time.sleep(1000)
            time.sleep(1)  # for some looks at what they hold
            """
        let shared = try sandbox.evaluate("python", inherited)
        #expect(shared.outcome == 0 && shared.limits.isEmpty, "\(shared)")
        let mapped = "import mmap\nmapped = mmap.mmap(-1, 256 << 20)\nfor i in range(0, 256 << 20, 4096): mapped[i] = 1\ntime.sleep(1000)"
        #expect(try sandbox.evaluate("python", mapped).limits.contains(.memory))
        let becomesOwn = """
            import os, time
            held = bytearray(b"x") * (60 << 20)
            for i in range(4):
                if os.fork() == 0:
                    time.sleep(1)
                    for place in range(0, len(held), 4096): held[place] = 2
                    time.sleep(1000)
            os.wait()
            """
        #expect(try Sandbox(caller, settings: ["memory_bytes\t134217728"]).evaluate("python", becomesOwn).limits.contains(.memory))
    }

    @Test("memory of a process whose first thread has ended is counted", arguments: Caller.available)
    func endedLeader(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["memory_bytes\t134217728"])
        let code = """
            import ctypes, os, threading, time
            def hold(first):
                while open(f"/proc/self/task/{first}/stat").read().split()[2] != "Z": time.sleep(0.01)
                held = b"x" * (100 << 20)
                time.sleep(1000)
            for i in range(2):
                if os.fork() == 0:
                    threading.Thread(target=hold, args=[os.getpid()]).start()
                    ctypes.CDLL(None).pthread_exit(None)
            os.wait()
            """
        #expect(try sandbox.evaluate("python", code).limits.contains(.memory))
    }

    @Test("code that comes while everything is killed for its memory runs afterwards", arguments: Caller.available)
    func codeDuringKill(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["memory_bytes\t268435456"])
        // The interpreter is what takes longest to end.
        try sandbox.evaluate("python", "held = b'x' * (150 << 20)")
        try sandbox.evaluate("bash", "{ sleep 0.2; exec python3 -c 'more = bytes([1]) * (150 << 20); import time; time.sleep(1000)'; } &")
        var next: Sandbox.Evaluation
        repeat {
            next = try sandbox.evaluate("python", "1")
            // Killed in its midst, or not at all.
            #expect(next.outcome != 2 || next.limits.contains(.memory), "\(next)")
        } while next.alive && next.limits.isEmpty && next.lost.isEmpty
        let after = try sandbox.evaluate("python", "'after'")
        // Where a control group counts, the kernel kills one after the other, and this may be the next.
        #expect(after.output == "'after'\n" || sandbox.description.contains("\"memory_enforced\":true"), "\(after)")
    }

    @Test("a fork bomb stays within its number of processes and ends with the evaluation's time", arguments: Caller.available)
    func processes(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["processes\t24"])
        let refused = try sandbox.evaluate(
            "python", "import os\nfor i in range(100):\n    if os.fork() == 0:\n        import time; time.sleep(1000)")
        #expect(refused.errors.contains("BlockingIOError") && refused.limits.contains(.processes))
        // What is left of it does not keep another interpreter from starting.
        #expect(try sandbox.evaluate("bash", "echo fine").output == "fine\n")
        let threads = "import threading\nfor i in range(100): threading.Thread(target=threading.Event().wait, daemon=True).start()"
        let crowd = try Sandbox(caller, settings: ["processes\t24"]).evaluate("python", threads)
        #expect(crowd.errors.contains("can't start new thread") && crowd.limits.contains(.processes))
        let bomb = try Sandbox(caller, settings: ["processes\t24"])
        try bomb.evaluate("python", "1")
        let stopped = try bomb.evaluate(
            "python", "import os, signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True:\n    try: os.fork()\n    except OSError: pass",
            timeout: 10_000)
        #expect(stopped.limits.contains(.time) && stopped.limits.contains(.processes) && !stopped.alive)
        #expect(try bomb.evaluate("python", "'after'").output == "'after'\n")
    }

    @Test("a process that stops every other one does not keep new ones from starting", arguments: Caller.available)
    func stopper(caller: Caller) throws {
        let sandbox = try Sandbox(caller)
        let daemon = """
            (until [ -e go ]; do sleep 0.01; done
            exec python3 -c 'import os, signal
            os.kill(-1, signal.SIGSTOP)
            os.mkdir("begun")
            while True: os.kill(-1, signal.SIGSTOP)') >/dev/null 2>&1 &
            """
        try sandbox.evaluate("bash", daemon)
        let make = sandbox.request(.file) {
            $0.put(2)
            $0.put(0)
            $0.put(name: "go")
        }
        #expect(try sandbox.answer(to: make).kind == .attributes)
        #expect(try sandbox.receive()?.kind == .end)
        #expect(eventually { (try? sandbox.list("begun")) != nil })
        // Stopped before it runs its program, or after.
        _ = try? sandbox.evaluate("python", "1", timeout: 1000)
        #expect(try sandbox.evaluate("python", "'after'").output == "'after'\n")
    }

    @Test(
        "a group that a killed launcher has left under the number of another does not leave that one's sandbox without limits",
        arguments: Caller.available)
    func leftGroup(caller: Caller) throws {
        let usual = try Sandbox(caller).description
        let own = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8).split(separator: "\n").first { $0.contains(":pids:") }
        let sandbox = try Sandbox(unconfigured: caller)
        let left = own.map { "/sys/fs/cgroup/pids\($0.split(separator: ":", maxSplits: 2).last ?? "")/sandbox-\(sandbox.process)" }
        let isLeft = left.map { mkdir($0, 0o755) == 0 } ?? false
        defer { if let left, isLeft { rmdir(left) } }
        // Whoever cannot make such a group finds none either.
        #expect(isLeft || !usual.contains("\"cgroup\":\"v1\""))
        try sandbox.send(Frame(kind: .configure))
        #expect(try sandbox.receive()?.text == usual)
        #expect(try sandbox.isGrouped(by: "pids") == usual.contains("\"memory_enforced\":true"))
    }

    @Test("a full disk, by bytes or by number of files, is told", arguments: Caller.available)
    func disk(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["disk_bytes\t4194304", "disk_inodes\t200"])
        let full = try sandbox.evaluate("bash", "head -c 3M /dev/zero > /tmp/a && head -c 3M /dev/zero > /dev/shm/b")
        #expect(full.status != 0 && full.limits == .disk)
        #expect(try sandbox.evaluate("bash", "rm /tmp/a /dev/shm/b").limits.isEmpty)
        let many = try sandbox.evaluate("bash", "for i in {1..300}; do : > f$i || break; done")
        #expect(many.limits == .disk)
        #expect(try sandbox.evaluate("bash", "rm f*; truncate -s 1T sparse").status != 0)
    }
}
