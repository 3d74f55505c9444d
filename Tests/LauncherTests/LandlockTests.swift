import Foundation
import Glibc
import Support
import Testing

@Suite("The weaker tier", .blocking, .timeLimit(.minutes(15)))
struct LandlockTests {
    private static let stands = Stand.available.filter { $0.tier == .landlock }

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
            "python", "import os, time\nfor i in range(200):\n    if os.fork() == 0: time.sleep(1000)", timeout: 20_000)
        #expect(refused.status != 0 || refused.outcome != 0)
        #expect(try bomb.evaluate("bash", "echo fine").output == "fine\n")
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
