import Foundation
import Glibc
import Testing

@Suite("The zygote", .blocking, .timeLimit(.minutes(15)))
struct ZygoteTests {
    @Test("its Python has the sandbox's environment, descriptors, user and signals, and an own state", arguments: Caller.available)
    func interpreter(caller: Caller) throws {
        let zygote = try Zygote(caller)
        let sandbox = try Sandbox(caller, from: zygote, settings: ["environment\tGREETING=hello"])
        let look = """
            import os, sys
            print(os.getpid(), os.getuid(), os.getcwd(), os.environ['GREETING'], os.environ['LANG'], sys.argv, sorted(map(int, os.listdir('/proc/self/fd')))[:5])
            print(__name__, sys.stdin.read(), sys.stdout.encoding)
            """
        #expect(
            try sandbox.evaluate("python", look).output == "2 1000 /home/user hello C.UTF-8 [''] [0, 1, 2, 3, 97]\n__main__  utf-8\n")
        #expect(try sandbox.evaluate("bash", "echo $GREETING").output == "hello\n")
        let stopped = try sandbox.evaluate("python", "x = 5\nwhile True: pass", timeout: 3_000)
        #expect(stopped.outcome == 1 && stopped.limits == .time && stopped.alive && stopped.errors.contains("KeyboardInterrupt"))
        #expect(try sandbox.evaluate("python", "x").output == "5\n")
        let ended = try sandbox.evaluate("python", "import os; os._exit(3)")
        #expect(ended.outcome == 2 && ended.status == 3)
        #expect(try sandbox.evaluate("python", "'x' in globals()").output == "False\n")
    }

    @Test(
        "what a sandbox does first was done before it was forked: it reads no module, and finds nothing left over",
        arguments: Caller.available)
    func rehearsal(caller: Caller) throws {
        let sandbox = try Sandbox(caller, from: Zygote(caller))
        let look = """
            read = dict(line.split(': ') for line in open('/proc/self/io'))['rchar']
            import builtins
            print(int(read) < 10000, hasattr(builtins, '_'), sorted(name for name in dir() if not name.startswith('__')))
            """
        #expect(try sandbox.evaluate("python", look).output == "True False ['builtins', 'display', 'read']\n")
        #expect(try sandbox.evaluate("python", "1 / 0").errors.contains("<block 2>"))
    }

    @Test("two sandboxes from it share no user, no files, no randomness and nothing of each other's memory", arguments: Caller.available)
    func separation(caller: Caller) throws {
        let zygote = try Zygote(caller, preload: ["random", "tempfile", "uuid", "no_such_module"])
        let first = try Sandbox(caller, from: zygote)
        let mark = "mark-\(UUID())"
        #expect(try first.evaluate("python", "kept = '\(mark)'; open('/tmp/mark', 'w').close()").status == 0)
        let second = try Sandbox(caller, from: zygote)
        let search = """
            import os
            mark = b'mar' + b'k-'
            found = 0
            with open('/proc/self/mem', 'rb', 0) as memory:
                for line in open('/proc/self/maps'):
                    if 'rw-p' not in line: continue
                    start, end = (int(part, 16) for part in line.split()[0].split('-'))
                    memory.seek(start)
                    try: found += memory.read(end - start).count(mark + b'\(mark.dropFirst(5))')
                    except OSError: pass
            print(found, os.path.exists('/tmp/mark'))
            """
        // The code itself, in memory a few times, has the mark's second part alone.
        #expect(try second.evaluate("python", search).output == "0 False\n")
        let numbers = try [first, second].map {
            try $0.evaluate("python", "import random, uuid; print(random.random(), uuid.uuid4())").output
        }
        #expect(numbers[0] != numbers[1])
        if caller == .root {
            let users = try [first, second].map { try $0.evaluate("bash", "cat /proc/self/uid_map").output }
            #expect(users[0] != users[1])
        }
    }

    @Test("it has no privilege, one thread, an empty environment and a user of its own", arguments: Caller.available)
    func privileges(caller: Caller) throws {
        let zygote = try Zygote(caller, preload: ["numpy"])
        let status = try String(contentsOfFile: "/proc/\(zygote.process)/status", encoding: .utf8)
        #expect(status.contains("Threads:\t1\n") && status.contains("NoNewPrivs:\t1\n") && status.contains("CapPrm:\t0000000000000000\n"))
        let user = try #require(status.split(separator: "\n").first { $0.hasPrefix("Uid:") }?.split(separator: "\t")[1])
        #expect(caller == .root ? Int(user) ?? 0 >= 200_000 : Int(user) == (geteuid() == 0 ? 65534 : Int(geteuid())))
        let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(zygote.process)/environ"))
        #expect(environment.split(separator: 0).count == 4)
    }

    @Test("what it made lives on without it, and a launcher that asks a dead one makes the sandbox itself", arguments: Caller.available)
    func end(caller: Caller) throws {
        let zygote = try Zygote(caller)
        let before = try Sandbox(caller, from: zygote)
        zygote.end()
        #expect(try before.evaluate("python", "6 * 7").output == "42\n")
        let after = try Sandbox(caller, from: zygote)
        #expect(try after.evaluate("python", "6 * 7").output == "42\n")
        #expect(try after.evaluate("bash", "tr '\\0' ' ' < /proc/1/cmdline").output.contains("zygote") == false)
    }

    @Test("a launcher killed with -9 takes a sandbox that a zygote made along", arguments: Caller.available)
    func murder(caller: Caller) throws {
        let zygote = try Zygote(caller)
        let sandbox = try Sandbox(caller, from: zygote)
        let mark = "mark-\(UUID())"
        let daemon =
            "(trap '' INT HUP TERM; setsid nohup python3 -c 'open(\"begun\", \"w\").close(); import time; time.sleep(1000)' \(mark) >/dev/null 2>&1 &)"
        #expect(try sandbox.evaluate("bash", "\(daemon); until [ -e begun ]; do sleep 0.02; done").status == 0)
        #expect(survivors(mark).count == 1)
        Glibc.kill(sandbox.process, SIGKILL)
        sandbox.finish()
        #expect(eventually { survivors(mark).isEmpty })
    }
}
