import EventLoop
import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Commands", .timeLimit(.minutes(15)))
struct CommandTests {
    @Test("a command's output, exit code and surroundings are its own")
    func foreground() async throws {
        try await withSandbox { sandbox in
            let line = "echo $GREETING; pwd; echo wrong >&2; exit 3"
            let result = try await sandbox.run(
                StartCommand(command: line, workingDirectory: "/tmp", environment: ["GREETING": "héllo", "HOME": "/tmp"]))
            #expect(result.status == .exited && result.exitCode == 3 && result.outcome == .exited)
            #expect(result.stdout == "héllo\n/tmp\n" && result.stderr == "wrong\n" && !result.truncated)
            let direct = try await sandbox.run(StartCommand(command: "printf", arguments: ["%s|", "a b", "$HOME"]))
            #expect(direct.stdout == "a b|$HOME|" && direct.arguments == ["%s|", "a b", "$HOME"])
        }
    }

    @Test("what cannot be started is explained")
    func refused() async throws {
        try await withSandbox { sandbox in
            let program = try await sandbox.send(.post, "/commands", StartCommand(command: "no-such-program", arguments: []))
            #expect(program.status == 422 && program.json["detail"] == "no-such-program: no such file or folder")
            let long = try await sandbox.send(
                .post, "/commands", StartCommand(command: String(repeating: "é", count: 30_000), arguments: []))
            #expect(long.status == 422 && long.json["detail"]?.string?.hasPrefix("ééé") == true, "\(long.status)")
            let folder = try await sandbox.send(.post, "/commands", StartCommand(command: "true", workingDirectory: "/nowhere"))
            #expect(folder.status == 422 && folder.json["detail"] == "/nowhere: no such file or folder")
            let name = try await sandbox.send(.post, "/commands", StartCommand(command: "true", environment: ["A=B": "c"]))
            #expect(name.status == 422)
            let zero = try await sandbox.send(.post, "/commands", StartCommand(command: "echo \0"))
            #expect(zero.status == 422)
        }
    }

    @Test("a command in the background is listed, given input, followed from any event, and ends when its input does")
    func background() async throws {
        try await withSandbox { sandbox in
            let started = try await sandbox.send(
                .post, "/commands", StartCommand(command: "cat; echo done", stdin: true, background: true))
            #expect(started.status == 201)
            let command: SandboxCommand = try started.decoded()
            let path = "/commands/\(command.id)"
            #expect(started.fields[.location]?.hasSuffix(path) == true && command.status == .running && command.pid > 1)
            let list: SandboxCommands = try await sandbox.send(.get, "/commands").decoded()
            #expect(list.data.map(\.id) == [command.id])
            #expect(try await sandbox.upload(path + "/input", Array("one\n".utf8)).status == 204)
            #expect(try await sandbox.upload(path + "/input?end=true", Array("two\n".utf8)).status == 204)
            let all = try await sandbox.events(path)
            #expect(all.first == .started(CommandStarted(pid: command.pid)))
            #expect(all.last == .exited(CommandExited(exitCode: 0, outcome: .exited)))
            #expect(Self.text(all) == "one\ntwo\ndone\n")
            #expect(try await sandbox.events(path, after: 1) == Array(all.dropFirst()))
            let result: SandboxCommand = try await sandbox.send(.get, path).decoded()
            #expect(result.stdout == "one\ntwo\ndone\n" && result.exitCode == 0 && result.endedAt != nil)
            #expect(try await sandbox.upload(path + "/input", Array("late".utf8)).status == 409)
        }
    }

    @Test("a megabyte of input goes through a slow reader whole")
    func largeInput() async throws {
        try await withSandbox { sandbox in
            let command = try await sandbox.begin(StartCommand(command: "sleep 0.3; sha256sum | cut -c1-8", stdin: true))
            let bytes = [UInt8](repeating: 0x61, count: 1 << 20)
            #expect(try await sandbox.upload("/commands/\(command.id)/input?end=true", bytes).status == 204)
            #expect(Self.text(try await sandbox.events("/commands/\(command.id)")) == "9bc1b2a2\n")
        }
    }

    @Test("a signal, a kill and a time-out end the whole group, and each is told")
    func ends() async throws {
        try await withSandbox { sandbox in
            let trapped = try await sandbox.begin(
                StartCommand(command: "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done"))
            let stream = try await sandbox.follow("/commands/\(trapped.id)")
            var seen = ""
            while !seen.contains("ready"), let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            #expect(try await sandbox.send(.post, "/commands/\(trapped.id)/signal", SendSignal(signal: .terminate)).status == 204)
            #expect(try await sandbox.events("/commands/\(trapped.id)").last == .exited(CommandExited(exitCode: 7, outcome: .exited)))
            let sleeping = try await sandbox.begin(StartCommand(command: "sleep 1000 & sleep 1000"))
            #expect(try await sandbox.send(.delete, "/commands/\(sleeping.id)").status == 204)
            #expect(try await sandbox.events("/commands/\(sleeping.id)").last == .exited(CommandExited(exitCode: 137, outcome: .exited)))
            let timedOut = try await sandbox.run(StartCommand(command: "sleep 1000", timeoutS: 1))
            #expect(timedOut.outcome == .timedOut && timedOut.exitCode == 143)
            let left = try await sandbox.run(StartCommand(command: "while pgrep -x sleep > /dev/null; do :; done; echo gone"))
            #expect(left.stdout == "gone\n")
        }
    }

    @Test("a terminal is one, with its size, echo and control characters")
    func terminal() async throws {
        try await withSandbox { sandbox in
            let command = try await sandbox.begin(
                StartCommand(
                    command: "tty; stty size; read line; stty size; echo next; read more", terminal: TerminalSize(rows: 30, columns: 100)))
            let path = "/commands/\(command.id)"
            let stream = try await sandbox.follow(path)
            var seen = ""
            while !seen.contains("30 100"), let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            #expect(try await sandbox.send(.post, path + "/resize", TerminalSize(rows: 40, columns: 120)).status == 204)
            #expect(try await sandbox.upload(path + "/input", Array("hello\n".utf8)).status == 204)
            // Of an interrupt while `stty` still ends, a shell takes no notice.
            while !seen.contains("next"), let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            #expect(try await sandbox.upload(path + "/input", [3]).status == 204)
            let events = try await sandbox.events(path)
            #expect(Self.text(events).contains("/dev/pts/0\r\n30 100\r\nhello\r\n40 120\r\nnext\r\n"))
            #expect(events.last == .exited(CommandExited(exitCode: 130, outcome: .exited)))
        }
    }

    @Test("the end of a terminal's input is that of who reads now, and more may follow")
    func terminalInput() async throws {
        try await withSandbox { sandbox in
            let command = try await sandbox.begin(
                StartCommand(command: "cat; echo between; cat; echo over", terminal: TerminalSize(rows: 30, columns: 100)))
            let path = "/commands/\(command.id)"
            #expect(try await sandbox.upload(path + "/input?end=true", Array("one\n".utf8)).status == 204)
            let stream = try await sandbox.follow(path)
            var seen = ""
            while !seen.contains("between"), let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            #expect(try await sandbox.upload(path + "/input?end=true", Array("two\n".utf8)).status == 204)
            while let piece = try await stream.body.next() { seen += String(decoding: piece, as: UTF8.self) }
            #expect(seen.contains("two") && seen.contains("over"), "\(seen)")
        }
    }

    @Test("output without end costs its cap: the last of it is kept, and a reader is told what it missed")
    func flood() async throws {
        try await withSandbox(settings: ["SANDBOX_OUTPUT_KB": "32"]) { sandbox in
            let result = try await sandbox.run(StartCommand(command: "yes 0123456789"))
            #expect(result.outcome == .outputExceeded && result.exitCode == 137 && result.truncated)
            #expect((1...32 * 1024).contains(result.stdout?.utf8.count ?? 0))
            let events = try await sandbox.events("/commands/\(result.id)")
            guard case .outputDropped(let dropped)? = events.first else { return #expect(Bool(false), "\(events.count)") }
            #expect(dropped.events > 1)
        }
    }

    @Test("what all commands of a sandbox wrote is bounded together: the longest loses its beginning, and all are still known")
    func bounded() async throws {
        try await withSandbox(settings: ["SANDBOX_OUTPUT_KB": "64"]) { sandbox in
            let whole = "yes 0123456789 | head -c 60000"
            for _ in 0..<20 { _ = try await sandbox.run(StartCommand(command: whole)) }
            let small = try await sandbox.run(StartCommand(command: "echo last"))
            var kept: [SandboxCommand] = []
            let list: SandboxCommands = try await sandbox.send(.get, "/commands").decoded()
            for command in list.data { kept.append(try await sandbox.send(.get, "/commands/\(command.id)").decoded()) }
            #expect(kept.count == 21 && kept.allSatisfy { $0.exitCode == 0 } && kept.last?.id == small.id)
            let sizes = kept.map { $0.stdout?.utf8.count ?? 0 }
            #expect((256 << 10...512 << 10).contains(sizes.reduce(0, +)), "\(sizes)")
            #expect(zip(kept, sizes).allSatisfy { $0.truncated == ($1 < 60_000) || $0.id == small.id } && sizes.last == 5, "\(sizes)")
        }
    }

    @Test("the same idempotency key starts one command")
    func idempotency() async throws {
        try await withSandbox { sandbox in
            func start(_ line: String) async throws -> RunningToolExecution.Answer {
                try await sandbox.send(.post, "/commands", StartCommand(command: line), fields: [("idempotency-key", "once")])
            }
            let first: SandboxCommand = try await start("echo x >> file; wc -l < file").decoded()
            #expect(first.stdout == "1\n")
            #expect(try await start("echo x >> file; wc -l < file").decoded(SandboxCommand.self).id == first.id)
            #expect(try await start("echo other").status == 422)
        }
    }

    @Test("requests with the same idempotency key that come at once start one command")
    func idempotencyAtOnce() async throws {
        try await withSandbox { sandbox in
            let requests = (0..<4).map { _ in
                sandbox.service.loop.spawn {
                    try await sandbox.send(
                        .post, "/commands", StartCommand(command: "echo x >> file; wc -l < file"), fields: [("idempotency-key", "once")])
                }
            }
            var ids: Set<CommandID> = []
            for request in requests {
                let command: SandboxCommand = try await request.value.decoded()
                #expect(command.stdout == "1\n")
                ids.insert(command.id)
            }
            #expect(ids.count == 1)
        }
    }

    @Test("a sandbox is not idle while a command in it is followed", arguments: [true, false])
    func followedIsUsed(fromItsStart: Bool) async throws {
        try await withSandbox(create: CreateSandbox(template: .base)) { sandbox in
            let request = StartCommand(command: "sleep 3; echo done")
            let stream: HTTPClientResponse
            if fromItsStart {
                stream = try await sandbox.service.open(
                    .post, sandbox.path + "/commands", token: sandbox.token, request, fields: [("accept", "text/event-stream")])
            } else {
                stream = try await sandbox.follow("/commands/\(try await sandbox.begin(request).id)")
            }
            var bytes = Array(try await stream.body.next() ?? [])
            #expect(try await sandbox.send(.patch, "", UpdateSandbox(timeoutS: 1)).status == 200)
            while let piece = try await stream.body.next() { bytes += piece }
            let events = try SandboxOfAPerson.events(of: bytes)
            #expect(Self.text(events) == "done\n" && events.last == .exited(CommandExited(exitCode: 0, outcome: .exited)))
        }
    }

    @Test("more commands than may run at once are refused, and room comes back")
    func many() async throws {
        try await withSandbox(settings: ["SANDBOX_PROCESSES": "100"]) { sandbox in
            for _ in 0..<32 { _ = try await sandbox.begin(StartCommand(command: "sleep", arguments: ["1000"])) }
            let refused = try await sandbox.send(.post, "/commands", StartCommand(command: "true"))
            #expect(refused.status == 403 && refused.code == "quota_exceeded")
            let list: SandboxCommands = try await sandbox.send(.get, "/commands").decoded()
            let first = try #require(list.data.first)
            #expect(try await sandbox.send(.delete, "/commands/\(first.id)").status == 204)
            _ = try await sandbox.events("/commands/\(first.id)")
            #expect(try await sandbox.run(StartCommand(command: "echo room")).stdout == "room\n")
        }
    }

    @Test("another person's commands are not found")
    func foreign() async throws {
        try await withSandbox { sandbox in
            let command = try await sandbox.begin(StartCommand(command: "sleep 1000"))
            let stranger = try sandbox.service.personToken(Person(sandbox.service.loop))
            for path in ["/commands", "/commands/\(command.id)", "/commands/\(command.id)/events"] {
                #expect(try await sandbox.service.send(.get, sandbox.path + path, token: stranger).status == 404)
            }
        }
    }

    private static func text(_ events: [CommandEvent]) -> String {
        events.reduce(into: "") { text, event in if case .output(let output) = event { text += output.text } }
    }
}
