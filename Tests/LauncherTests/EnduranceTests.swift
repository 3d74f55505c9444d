import Foundation
import Glibc
import Support
import Testing

@Suite("Many, and for long", .blocking, .timeLimit(.minutes(15)))
struct EnduranceTests {
    /// Control groups of these launchers, anywhere in the hierarchies.
    private func groups(of launchers: Set<pid_t>) throws -> [String] {
        try run("/usr/bin/find", ["/sys/fs/cgroup", "-maxdepth", "6", "-name", "sandbox-*"]).text.split(separator: "\n").map(String.init)
            .filter { path in launchers.contains(where: { path.hasSuffix("/sandbox-\($0)") }) }
    }

    private func mounts() throws -> Int { try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n").count }

    /// The users of the host that the machine's processes belong to, and those that launchers hold.
    private func usersInUse() throws -> Set<Int> {
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        let owners = processes.compactMap { process in
            (try? FileManager.default.attributesOfItem(atPath: "/proc/" + process))?[.ownerAccountID] as? Int
        }
        let held = try String(contentsOfFile: "/proc/net/unix", encoding: .utf8).split(separator: "\n").compactMap { line in
            line.split(separator: ".").last.flatMap { line.contains("@sandbox.slot.") ? Int($0) : nil }.map { $0 + 200_000 }
        }
        return Set(owners + held)
    }

    @Test("a thousand sandboxes come and go and leave no process, mount, control group, descriptor, user or file")
    func thousand() throws {
        let caller = Caller.available[0]
        let zygote = try Zygote(caller)
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(zygote.process)/fd").count }
        let before = (mounts: try mounts(), descriptors: try descriptors())
        let lock = NSLock()
        nonisolated(unsafe) var launchers: Set<pid_t> = []
        nonisolated(unsafe) var users: Set<Int> = []
        nonisolated(unsafe) var wrong: [String] = []
        nonisolated(unsafe) let shared = zygote
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<250 {
                do {
                    let sandbox = try Sandbox(caller, from: shared)
                    let map = try sandbox.evaluate("python", "print(open('/proc/self/uid_map').read())").output
                    let user = map.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
                    sandbox.finish()
                    lock.withLock {
                        launchers.insert(sandbox.process)
                        if let user { users.insert(user) } else { wrong.append("no user in '\(map)'") }
                    }
                } catch {
                    lock.withLock { wrong.append("\(error)") }
                }
            }
        }
        #expect(wrong.isEmpty && launchers.count > 900)
        // Others may mount something meanwhile, or remove what was mounted before.
        #expect(eventually { (try? mounts()).map { $0 <= before.mounts } == true })
        // Where a sandbox is a user of its own, no process of that user is left, and the user can be given away again.
        users.remove(Int(geteuid()))
        #expect(eventually { (try? usersInUse().isDisjoint(with: users)) == true })
        // A number may be another launcher's by now, whose groups go when it ends.
        #expect(eventually { (try? groups(of: launchers).isEmpty) == true })
        #expect(
            eventually {
                let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
                return folders.allSatisfy { name in !launchers.contains { name.hasPrefix("sandbox-\($0)-") } }
            })
        // Nothing of them is a child of the zygote any more, not even as a zombie.
        let children = "/proc/\(zygote.process)/task/\(zygote.process)/children"
        #expect(eventually { (try? String(contentsOfFile: children, encoding: .utf8)) == "" })
        #expect(eventually { (try? descriptors()) == before.descriptors })
    }

    @Test("fifty sandboxes at once each have their own state and end together", arguments: Caller.available)
    func fifty(caller: Caller) throws {
        let zygote = try Zygote(caller)
        let sandboxes = try (0..<50).map { _ in try Sandbox(caller, from: zygote) }
        let blocks = try sandboxes.enumerated().map { index, sandbox in
            try sandbox.begin("python", "x = \(index)\nfor i in range(20000): x += 1\nprint(x)", timeout: 120_000)
        }
        for (index, sandbox) in sandboxes.enumerated() {
            #expect(try sandbox.finishEvaluation(blocks[index]).output == "\(index + 20000)\n")
        }
        for sandbox in sandboxes { sandbox.finish() }
        let launchers = Set(sandboxes.map(\.process))
        #expect(eventually { (try? groups(of: launchers).isEmpty) == true })
    }

    /// Whether that is the command line of a launcher or a zygote; a process that has ended has none.
    private func isLaunched(_ path: String) -> Bool {
        let line = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return line.hasPrefix("launcher") || line.contains("/proc/self/fd/")
    }

    @Test("a supervisor killed with -9 leaves no survivor: not of a running sandbox, nor of a paused one, nor of the zygote")
    func supervisor() throws {
        let launcher = try CompiledLauncher.shared.get()
        let mark = "mark-\(UUID())"
        let script = """
            import fcntl, os, socket, struct
            def frame(kind, body): return struct.pack('>IB', len(body) + 1, kind) + body
            def await_frame(end, wanted):
                kind = None
                while kind != wanted:
                    length, kind = struct.unpack('>IB', end.recv(5, socket.MSG_WAITALL))
                    if length > 1: end.recv(length - 1, socket.MSG_WAITALL)
            line = 'interpreter\\tpython\\t\(launcher.drivers)/python.py\\t/usr/bin/python3\\t-B\\t-s\\t-X\\tutf8\\n'
            def launch(kind, *ends):
                ours, theirs = socket.socketpair()
                # Out of the way of the places that they are to have.
                above = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 100) for end in (theirs, *ends)]
                actions = [(os.POSIX_SPAWN_DUP2, end, 3 + i) for i, end in enumerate(above)]
                launched.append(os.posix_spawn('\(launcher.executable)', ['launcher'], {}, file_actions=actions))
                for end in above: os.close(end)
                theirs.close()
                ours.sendall(frame(kind, line.encode()))
                await_frame(ours, 65)
                return ours
            launched = []
            asked, asking = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            zygote = launch(20, asked)
            sandboxes = [launch(1, asking), launch(1, asking)]
            for sandbox in sandboxes:
                code = b'import os\\nr, w = os.pipe()\\nif os.fork() == 0:\\n    os.setsid()\\n    os.execvp("python3", ["python3", "-c", "import time; time.sleep(1000)", "\(mark)"])\\nos.close(w)\\nos.read(r, 1)'
                sandbox.sendall(frame(3, struct.pack('>III', 1, 120000, 6) + b'python' + code))
                await_frame(sandbox, 69)
            sandboxes[1].sendall(frame(21, struct.pack('>I', 2)))
            await_frame(sandboxes[1], 73)
            os.write(1, ' '.join(['ready', *map(str, launched)]).encode()) # in one piece
            os.read(0, 1)
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        #expect(line.first == "ready")
        let launched = line.dropFirst().map { "/proc/\($0)/cmdline" }
        #expect(launched.count == 3 && launched.allSatisfy { isLaunched($0) })
        #expect(eventually { survivors(mark).count >= 2 })
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(eventually { survivors(mark).isEmpty })
        #expect(eventually { !launched.contains { isLaunched($0) } })
    }

    @Test("ten gigabytes of output cost no more than their cap, even from code that cannot be asked to stop", arguments: Caller.available)
    func output(caller: Caller) throws {
        let sandbox = try Sandbox(caller, settings: ["output_bytes\t100000"])
        let code = """
            import os, signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            block = bytes(1 << 20)
            for i in range(10 << 10): os.write(1, block)
            open('/tmp/all', 'w').close()
            """
        let stopped = try sandbox.evaluate("python", code)
        #expect(stopped.outcome == 1 && stopped.limits.contains(.output) && !stopped.limits.contains(.time) && !stopped.alive)
        #expect(stopped.output.utf8.count <= 100_000 && stopped.dropped > 1 << 20)
        let status = try String(contentsOfFile: "/proc/\(sandbox.process)/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(whereSeparator: \.isWhitespace)[1]
        #expect(peak.flatMap { Int($0) } ?? .max < 16 << 10)
        // It was ended on its way: what is over the cap is neither kept nor waited for.
        #expect(try sandbox.evaluate("python", "import os; os.path.exists('/tmp/all')").output == "False\n")
    }
}
