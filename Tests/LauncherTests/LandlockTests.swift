import Foundation
import Glibc
import Support
import Testing

@Suite("The weaker tier", .blocking, .timeLimit(.minutes(15)))
struct LandlockTests {
    private static let stands = Stand.available.filter { $0.tier == .landlock }

    @Test("it is made wherever the kernel has what it needs", arguments: Caller.available)
    func available(caller: Caller) throws {
        #expect(try caller.hasLandlock == KernelLandlock.suffices(ownUser: caller == .root))
    }

    @Test("it says what it is, and runs every language in folders of its own", arguments: stands)
    func languages(stand: Stand) throws {
        let sandbox = try stand.sandbox()
        #expect(sandbox.description.contains("\"tier\":\"landlock\""))
        let python =
            "import os, tempfile; open('kept', 'w').write('x'); print(os.getcwd() == os.environ['HOME'], tempfile.gettempdir() == os.environ['TMPDIR'])"
        #expect(try sandbox.evaluate("python", python).output == "True True\n")
        #expect(try sandbox.evaluate("javascript", "require('fs').readFileSync('kept', 'utf8')").output == "'x'\n")
        #expect(
            try sandbox.evaluate("bash", "cat kept; cd /tmp 2>/dev/null && ls; mkfifo $TMPDIR/f && [ -p $TMPDIR/f ] && echo; (exit 3)")
                .output == "x\n")
        try sandbox.evaluate("python", "open('out/result', 'w').write('42')")
        #expect(try sandbox.list("out") == ["result": 2])
        #expect(try sandbox.read("out/result").get() == Array("42".utf8))
    }

    @Test("nothing is left of it: no process, however deep, and no file, however deep or locked", arguments: stands)
    func end(stand: Stand) throws {
        for isMurder in [false, true] {
            let mark = "mark-\(UUID())"
            let sandbox = try stand.sandbox()
            let folder = try sandbox.evaluate("python", "import os; print(os.path.dirname(os.getcwd()))").output.dropLast()
            #expect(folder.hasPrefix("/tmp/sandbox-\(sandbox.process)-"))
            let daemon =
                "(trap '' INT HUP TERM; setsid nohup python3 -c 'import time; open(\"begun\", \"a\").write(\"x\"); time.sleep(1000)' \(mark) >/dev/null 2>&1 &)"
            #expect(
                try sandbox.evaluate("bash", "\(daemon); \(daemon); until [ \"$(cat begun 2>/dev/null)\" = xx ]; do sleep 0.02; done")
                    .status == 0)
            #expect(survivors(mark).count == 2)
            let deep = "import os\nfor i in range(150):\n    os.mkdir('d'); open('f', 'w').close(); os.chdir('d')\nos.mkdir('locked', 0)"
            #expect(try sandbox.evaluate("python", deep).status == 0)
            if isMurder { Glibc.kill(sandbox.process, SIGKILL) }
            sandbox.finish()
            #expect(eventually { survivors(mark).isEmpty })
            if isMurder {
                #expect(
                    eventually {
                        _ = try? run(CompiledLauncher.shared.get().executable, ["--sweep"])
                        return !FileManager.default.fileExists(atPath: String(folder))
                    })
            }
            #expect(!FileManager.default.fileExists(atPath: String(folder)))
        }
    }

    @Test("files beyond the limit end the block that writes them, and a fork bomb stays within its number", arguments: stands)
    func limits(stand: Stand) throws {
        let sandbox = try stand.sandbox(settings: ["disk_bytes\t4194304", "processes\t24"])
        let full = try sandbox.evaluate(
            "python", "import time\nfor i in range(10): open(f'f{i}', 'wb').write(bytes(1 << 20))\ntime.sleep(1000)")
        #expect(full.limits.contains(.disk) && !full.alive)
        let bomb = try stand.sandbox(settings: ["processes\t24"])
        let refused = try bomb.evaluate(
            "python", "import os, time\nfor i in range(200):\n    if os.fork() == 0: time.sleep(1000)\ntime.sleep(1000)")
        // Either the kernel refuses, or the watchdog sees it, within its interval.
        #expect(refused.errors.contains("BlockingIOError") || refused.limits.contains(.processes))
        #expect(try bomb.evaluate("bash", "echo fine").output == "fine\n")
    }

    @Test("files in folders that are too deep to be counted count as too many", arguments: stands)
    func deep(stand: Stand) throws {
        let sandbox = try stand.sandbox(settings: ["disk_bytes\t4194304"])
        let code = """
            import os, time
            for i in range(300):
                os.mkdir('d')
                os.chdir('d')
            for i in range(3): open(str(i), 'wb').write(bytes(2 << 20))
            time.sleep(1000)
            """
        let full = try sandbox.evaluate("python", code)
        #expect(full.limits.contains(.disk) && !full.alive)
    }

    @Test("an upload beyond the limit is a fault, and the sandbox goes on", arguments: stands)
    func upload(stand: Stand) throws {
        let sandbox = try stand.sandbox(settings: ["disk_bytes\t1048576"])
        let file = try sandbox.openForWriting("large")
        for _ in 0..<3 {
            var frame = Frame(kind: .write)
            frame.put(file)
            frame.body += [UInt8](repeating: 0, count: 900_000)
            try sandbox.send(frame)
        }
        #expect(try sandbox.receive()?.kind == .fault)
        #expect(try sandbox.measure().diskSize == 1 << 20)
    }

    @Test("what it is to be shown of the host is refused, not left out", arguments: stands)
    func bind(stand: Stand) throws {
        let sandbox = try Sandbox(unconfigured: stand.caller)
        try sandbox.send(Frame(kind: .configure, body: Array("tier\tlandlock\nbind\t/usr/share".utf8)))
        let answer = try #require(try sandbox.receive())
        #expect(answer.kind == .failed && answer.text == "landlock: /usr/share cannot be shown: there is no mount namespace")
    }

    @Test("a folder that is swapped for a link leaves the mode of what the link leads to as it is", arguments: stands)
    func swap(stand: Stand) throws {
        let file = "/tmp/kept-\(UUID())"
        #expect(FileManager.default.createFile(atPath: file, contents: nil))
        defer { unlink(file) }
        if stand.caller == .ordinary, geteuid() == 0 { chown(file, 65534, 65534) }
        chmod(file, 0o600)
        let sandbox = try stand.sandbox()
        // A folder that cannot be looked into is opened up by who counts the files in it.
        let code = """
            import ctypes, os, stat, time
            swap = ctypes.CDLL(None).renameat2
            os.mkdir('d', 0)
            os.symlink('\(file)', 'l')
            end = time.monotonic() + 2
            while time.monotonic() < end:
                for i in range(200): swap(-100, b'd', -100, b'l', 2)
                for name in ('d', 'l'):
                    mode = os.lstat(name).st_mode
                    if stat.S_ISDIR(mode) and mode & 0o700:
                        os.rmdir(name)
                        os.mkdir(name, 0)
            """
        #expect(try sandbox.evaluate("python", code).status == 0)
        var status = stat()
        #expect(lstat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("processes of its user that come later do not keep it from starting some", arguments: stands)
    func others(stand: Stand) throws {
        let sandbox = try stand.sandbox(settings: ["processes\t16"])
        let others = try (0..<40).map { _ in
            let process = Process()
            let command = stand.caller.prefix + ["/bin/sleep", "200"]
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
        // Nothing less: a program that is started with signals blocked keeps them blocked.
        defer { others.forEach { kill($0.processIdentifier, SIGKILL) } }
        #expect(try sandbox.evaluate("python", "'started'").output == "'started'\n")
    }

    @Test(
        "where it shares its user, neither attributes of open files nor how others are scheduled can be changed",
        arguments: stands.filter { $0.caller == .ordinary })
    func attributes(stand: Stand) throws {
        let code = """
            import os
            file = open('x', 'w').fileno()
            for attempt in (lambda: os.fchmod(file, 0o600), lambda: os.fchown(file, -1, -1), lambda: os.setxattr(file, 'user.x', b'1'),
                            lambda: os.removexattr(file, 'user.x'), lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 1),
                            lambda: os.sched_setaffinity(os.getppid(), {0}),
                            lambda: os.sched_setscheduler(os.getppid(), os.SCHED_BATCH, os.sched_param(0))):
                try: print('GOT', attempt())
                except PermissionError: print('refused')
            """
        #expect(try stand.sandbox().evaluate("python", code).output == String(repeating: "refused\n", count: 7))
    }

    @Test("two of them see nothing of each other", arguments: stands)
    func separation(stand: Stand) throws {
        let first = try stand.sandbox()
        let second = try stand.sandbox()
        let folder = try first.evaluate("python", "import os; open('secret', 'w').write('x'); print(os.getcwd(), os.getpid())").output
        let parts = folder.split(whereSeparator: \.isWhitespace).map(String.init)
        let look = """
            import os
            for attempt in (lambda: open('\(parts[0])/secret').read(), lambda: os.listdir('\(parts[0])'), lambda: os.kill(\(parts[1]), 0),
                            lambda: open('/proc/\(parts[1])/cmdline').read(), lambda: open('\(parts[0])/mark', 'w')):
                try: print('GOT', attempt())
                except OSError: print('refused')
            """
        #expect(try second.evaluate("python", look).output == String(repeating: "refused\n", count: 5))
    }
}
