import Foundation
import Glibc

/// What lies on the host for probes to reach for: files that everybody may change, of the very user that tries; services that listen; a
/// segment of shared memory.
final class AttackGround {
    private let folder = "/tmp/attack-\(UUID())"
    private let memory = "/dev/shm/attack-\(UUID())"
    private let abstract = "attack-\(UUID())"
    private let memoryKey = Int32.random(in: 1...Int32.max)
    private let memorySegment: Int32
    private var listeners: [Int32] = []
    private var ports: [Int] = []

    /// What a sandbox is shown of the host.
    var shown: String { "\(folder)/shown" }
    /// Opened by the launcher's caller, and left open.
    var file: String { "\(folder)/hidden/file" }

    init(_ caller: Caller) throws {
        for path in ["", "/shown", "/hidden", "/scratch"] {
            try FileManager.default.createDirectory(atPath: folder + path, withIntermediateDirectories: true)
        }
        for file in ["\(folder)/shown/file", "\(folder)/hidden/file", memory] { try Data("secret".utf8).write(to: URL(filePath: file)) }
        memorySegment = shmget(memoryKey, 4096, IPC_CREAT | 0o666)
        for (domain, kind) in [(AF_INET, SOCK_STREAM), (AF_INET, SOCK_DGRAM)] {
            listeners.append(listen(address(domain, [0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)), kind))
            ports.append(port(of: listeners.last!))
        }
        listeners.append(listen(address(AF_UNIX, Array("\(folder)/hidden/socket".utf8) + [0]), SOCK_STREAM))
        listeners.append(listen(address(AF_UNIX, [0] + Array(abstract.utf8)), SOCK_STREAM))
        for path in ["", "/shown", "/hidden", "/scratch", "/shown/file", "/hidden/file", "/hidden/socket"] {
            chmod(folder + path, 0o777)
            if caller == .ordinary, geteuid() == 0 { chown(folder + path, 65534, 65534) }
        }
        chmod(memory, 0o666)
    }

    deinit {
        listeners.forEach { close($0) }
        shmctl(memorySegment, IPC_RMID, nil)
        unlink(memory)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Where all of it is, in Python.
    var definitions: String {
        """
        ground, shown, hidden, memory = '\(folder)', '\(folder)/shown', '\(folder)/hidden', '\(memory)'
        stream, datagram, abstract, memory_key = ('127.0.0.1', \(ports[0])), ('127.0.0.1', \(ports[1])), '\\0\(abstract)', \(memoryKey)
        devices, groups, agents = \(Self.devices), \(Self.groups("cgroup.procs", "tasks")), \(Self.groups("release_agent"))
        """
    }

    /// Block devices of this machine, and those others that lead to its memory or its devices.
    private static let devices: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev")) ?? []
        let blocks = names.map { "/dev/\($0)" }.filter { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFBLK
        }
        return blocks.sorted() + ["mem", "kmsg", "fuse", "kvm", "net/tun", "loop-control", "userfaultfd", "vsock"].map { "/dev/\($0)" }
    }()

    private static func groups(_ names: String...) -> [String] {
        let root = "/sys/fs/cgroup"
        let hierarchies = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = [root] + hierarchies.sorted().map { "\(root)/\($0)" }
        let found = folders.flatMap { folder in names.map { "\(folder)/\($0)" } }.filter { FileManager.default.fileExists(atPath: $0) }
        return found.isEmpty ? ["\(root)/\(names[0])"] : found
    }

    private func address(_ family: Int32, _ rest: [UInt8]) -> [UInt8] { withUnsafeBytes(of: sa_family_t(family)) { Array($0) } + rest }

    /// Nobody accepts: a queue that takes what comes is enough.
    private func listen(_ address: [UInt8], _ kind: __socket_type) -> Int32 {
        let listener = socket(Int32(address[0]), Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let bound = address.withUnsafeBytes {
            bind(listener, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        precondition(
            bound == 0 && (kind == SOCK_DGRAM || Glibc.listen(listener, 100) == 0), "listening: \(String(cString: strerror(errno)))")
        return listener
    }

    private func port(of listener: Int32) -> Int {
        var bytes = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(bytes.count)
        _ = bytes.withUnsafeMutableBytes { getsockname(listener, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length) }
        return Int(bytes[2]) << 8 | Int(bytes[3])
    }
}
