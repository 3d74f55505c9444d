import Foundation
import Testing

@Suite("Attacks from inside", .blocking, .timeLimit(.minutes(15)))
struct AttackTests {
    @Test("every attempt is refused, with the very error that is expected", arguments: Stand.available)
    func refusals(stand: Stand) throws {
        let ground = try AttackGround(stand.caller)
        let file = open(ground.file, O_RDWR)
        defer { close(file) }
        let shown = stand.tier == .namespaces ? ["bind\t\(ground.shown)"] : []
        try expectRefusals(of: stand.sandbox(settings: shown, secret: "hunter2", placed: [17: file]), stand.tier, ground)
    }

    @Test("every attempt is refused in a sandbox that a zygote made", arguments: Caller.available)
    func zygote(caller: Caller) throws {
        let ground = try AttackGround(caller)
        let zygote = try Zygote(caller)
        try expectRefusals(of: Sandbox(caller, from: zygote, settings: ["bind\t\(ground.shown)"]), .namespaces, ground)
    }

    private func expectRefusals(of sandbox: Sandbox, _ tier: Tier, _ ground: AttackGround) throws {
        for probe in AttackProbe.all {
            guard let refusals = probe.refusals[tier] else { continue }
            let result = try sandbox.evaluate("python", AttackScript.inside(probe, ground))
            let outcomes = AttackOutcome.parse(result.output)
            #expect(!outcomes.isEmpty && result.errors.isEmpty, "\(probe.title): \(result.output)\(result.errors)")
            for outcome in outcomes {
                #expect(refusals.contains(outcome.result), "\(probe.title): \(outcome.thing) \(outcome.result)")
            }
        }
        #expect(try sandbox.evaluate("python", "'still there'").output == "'still there'\n")
    }

    @Test("outside of a sandbox the same attempt succeeds", arguments: AttackProbe.all.filter(\.hasControlHere))
    func control(probe: AttackProbe) throws {
        let outcomes = try probe.runOutside()
        let results = outcomes.map { "\($0.thing) \($0.result)" }.joined(separator: "\n")
        var expected = probe.absences
        if case .rootFails(let failures, else: _) = probe.control {
            expected.formUnion(failures)
        } else {
            #expect(outcomes.count == 1 || outcomes.contains { $0.isSuccess }, "\(results)")
        }
        #expect(!outcomes.isEmpty && outcomes.allSatisfy { $0.isSuccess || expected.contains($0.result) }, "\(results)")
    }

    @Test("a secret in the launcher's environment and a descriptor left open do not come in", arguments: Caller.available)
    func inheritance(caller: Caller) throws {
        let file = open("/etc/hostname", O_RDONLY)
        defer { close(file) }
        let sandbox = try Sandbox(caller, secret: "hunter2", placed: [17: file])
        let search = """
            import os, glob
            found = []
            for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):
                try: found.append(open(path, 'rb').read())
                except OSError: pass
            print(any(b'hunter2' in text for text in found), os.path.exists('/proc/self/fd/17'))
            """
        #expect(try sandbox.evaluate("python", search).output == "False False\n")
    }

    @Test(
        "the payload cannot make itself the last that is killed when memory is short",
        arguments: Stand.available.filter { $0.caller == .root })
    func memoryScore(stand: Stand) throws {
        let sandbox = try stand.sandbox()
        let code = "import os; os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-1')"
        #expect(try sandbox.evaluate("python", code).errors.contains("Permission denied"))
    }

    @Test("the sandbox's user is never root on the host")
    func identity() throws {
        let sandbox = try Sandbox(Caller.available[0])
        let inside = try sandbox.evaluate("bash", "cat /proc/self/uid_map; id -u").output.split(whereSeparator: \.isWhitespace).map(
            String.init)
        let user = try #require(Int(inside[1]))
        #expect(inside[0] == "1000" && inside[3] == "1000")
        #expect(geteuid() == 0 ? (200_000..<265_536).contains(user) : user == Int(geteuid()))
    }

    @Test("two sandboxes do not share a user, processes, files or a network")
    func separation() throws {
        let first = try Sandbox(Caller.available[0])
        let second = try Sandbox(Caller.available[0])
        let listen = "import socket\ns = socket.create_server(('127.0.0.1', 4711))\nopen('/tmp/mark', 'w').close()"
        #expect(try first.evaluate("python", listen).status == 0)
        let look =
            "import os, socket\nprint(os.path.exists('/tmp/mark'))\ntry: print(socket.create_connection(('127.0.0.1', 4711), 2))\nexcept OSError: print('refused')"
        #expect(try second.evaluate("python", look).output == "False\nrefused\n")
        if geteuid() == 0 {
            let users = try [first, second].map { try $0.evaluate("bash", "cat /proc/self/uid_map").output }
            #expect(users[0] != users[1])
        }
    }
}
