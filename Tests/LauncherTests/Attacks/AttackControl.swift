import Foundation
import Support

extension AttackProbe {
    /// Whether this machine, and who runs the tests, can run the probe's control.
    var hasControlHere: Bool {
        if case .anyone = control { return Self.isOutside }
        return Self.isOutside && Self.rootIsWhole
    }

    private static let status: [String: String] = {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").map { $0.split(separator: ":\t", maxSplits: 1).map(String.init) }
        return Dictionary(lines.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
    }()

    /// What has system calls filtered, as in a container, is itself inside of something.
    private static let isOutside = status["Seccomp"] == "0"

    /// Root of the machine, not of a container that has been given a part of root's rights. CAP_SYS_RESOURCE is needed nowhere.
    private static let rootIsWhole: Bool = {
        guard geteuid() == 0, let capabilities = UInt64(status["CapEff"] ?? "", radix: 16),
            let map = try? String(contentsOfFile: "/proc/self/uid_map", encoding: .utf8)
        else { return false }
        let needed: UInt64 = (1 << 38) - 1 - (1 << 24)
        return capabilities & needed == needed && map.split(whereSeparator: \.isWhitespace).map(String.init) == ["0", "0", "4294967295"]
    }()

    /// Runs the probe on the machine itself; its outcomes, by what was tried.
    func runOutside() throws -> [AttackOutcome] {
        var caller = Caller.ordinary
        var isApart = false
        switch control {
        case .anyone: break
        case .root, .rootFails: caller = .root
        case .rootApart: (caller, isApart) = (.root, true)
        }
        let ground = try AttackGround(caller)
        let script = "\(ground.shown)/script.py"
        try AttackScript.outside(self, ground, prepare: isApart ? Self.apart : "").write(toFile: script, atomically: true, encoding: .utf8)
        let namespaces = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--mount-proc", "--net", "--uts", "--ipc"]
        let python = ["/usr/bin/python3", "-B", "-s", "-X", "utf8", script]
        // A variable and a descriptor that nobody in a sandbox is given.
        let leaking = ["/bin/sh", "-c", "export SECRET=hunter2; exec 3<>\"$0\"; exec \"$@\"", ground.file]
        let words = caller.prefix + (isApart ? namespaces : []) + leaking + python
        let answer = try run(words[0], Array(words.dropFirst()))
        return AttackOutcome.parse(answer.text)
    }

    /// Mounts, addresses and services to try things on, in namespaces of their own.
    private static let apart = """
        import ctypes, fcntl, os, socket, struct, threading
        def mounted(*arguments):
            if ctypes.CDLL(None, use_errno=True).mount(*arguments) != 0: raise OSError(ctypes.get_errno(), 'mount')
        mounted(b'scratch', scratch.encode(), b'tmpfs', 0, None)
        for place in ('bound', 'work'): os.mkdir(f'{scratch}/{place}')
        mounted(hidden.encode(), f'{scratch}/bound'.encode(), None, 4096, None)
        mounted(b'/usr', b'/usr', None, 4096, None)
        mounted(None, b'/usr', None, 4096 | 32 | 1, None)
        mounted(b'/dev/null', b'/proc/cmdline', None, 4096, None)
        open(f'{scratch}/resolv.conf', 'w').write('nameserver 127.0.0.1\\noptions timeout:30\\n')
        mounted(f'{scratch}/resolv.conf'.encode(), b'/etc/resolv.conf', None, 4096, None)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            fcntl.ioctl(link, 0x8914, struct.pack('16sH22x', b'lo', 1))
            for number, address in enumerate(('1.1.1.1', '169.254.169.254')):
                given = struct.pack('16sHH4s16x', f'lo:{number}'.encode(), socket.AF_INET, 0, socket.inet_aton(address))
                fcntl.ioctl(link, 0x8916, given)
        held = [socket.create_server(('1.1.1.1', 53)), socket.create_server(('169.254.169.254', 80))]
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as link:
                public = socket.inet_pton(socket.AF_INET6, '2606:4700:4700::1111')
                fcntl.ioctl(link, 0x8916, struct.pack('=16sIi', public, 128, 1))
            held.append(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            held[-1].setsockopt(socket.IPPROTO_IPV6, 78, 1) # IPV6_FREEBIND: the address may be new still
            held[-1].bind(('2606:4700:4700::1111', 53))
            held[-1].listen()
        except OSError: pass
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(('127.0.0.1', 53))
        def answer():
            while True:
                query, sender = names.recvfrom(512)
                end = query.index(0, 12) + 5
                has_address = query[end - 4:end - 2] == b'\\0\\1'
                record = b'\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\1\\0\\4\\1\\1\\1\\1' if has_address else b''
                head = query[:2] + b'\\x81\\x80\\0\\1' + (b'\\0\\1' if has_address else b'\\0\\0') + b'\\0\\0\\0\\0'
                names.sendto(head + query[12:end] + record, sender)
        threading.Thread(target=answer, daemon=True).start()
        """
}

/// What came of one thing that a probe tried.
struct AttackOutcome {
    let thing: String
    let result: String

    /// What else the program printed has no tab in it, and is an outcome that nobody expects.
    static func parse(_ output: String) -> [AttackOutcome] {
        output.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return AttackOutcome(thing: parts.count == 2 ? String(parts[0]) : "", result: String(parts.last ?? ""))
        }
    }

    var isSuccess: Bool { result.hasPrefix("got ") }
}
