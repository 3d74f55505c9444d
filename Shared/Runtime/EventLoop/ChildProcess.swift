internal import CSystem
internal import Glibc

/// How a child process ended.
package enum ExitStatus: Equatable, Sendable {
    case exited(code: Int32)
    case signalled(Int32)
}

/// A child process, known by its pidfd: it can be signalled and waited for without ever hitting a stranger.
package final class ChildProcess {
    /// The process's number, for logs.
    package let identifier: Int32
    private let source: DescriptorSource
    private var status: ExitStatus?
    private let ended: Signal

    fileprivate init(identifier: Int32, source: DescriptorSource, loop: EventLoop) {
        self.identifier = identifier
        self.source = source
        ended = Signal(on: loop)
        loop.spawn { [self] in
            try await source.waitUntilReadable()
            let result = system_pidfd_wait(source.descriptor)
            status = result >= 256 ? .signalled(result - 256) : .exited(code: result)
            source.close()
            ended.notify()
        }
    }

    /// Waits until it has ended.
    package func exitStatus() async throws -> ExitStatus {
        try await ended.wait { status == nil }
        return status ?? .exited(code: -1)
    }

    /// Whether it has ended.
    package var hasEnded: Bool { status != nil }

    /// Sends a signal; nothing happens when it has ended.
    package func signal(_ number: Int32) {
        if status == nil { _ = system_pidfd_signal(source.descriptor, number) }
    }

    /// Ends it at once.
    package func kill() { signal(SIGKILL) }
}

extension EventLoop {
    /// Starts a program. It has just this environment and, beside these descriptors, none: each pair says which of ours becomes which of its own.
    /// Ours are closed in this process afterwards. The child leads a session of its own.
    package func startProcess(
        _ path: String, arguments: [String], environment: [String: String] = [:], descriptors: [(ours: Int32, theirs: Int32)]
    ) throws -> ChildProcess {
        defer { for pair in descriptors { Glibc.close(pair.ours) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for pair in descriptors { unsafe posix_spawn_file_actions_adddup2(&actions, pair.ours, pair.theirs) }
        for standard in Int32(0)...2 where !descriptors.contains(where: { $0.theirs == standard }) {
            unsafe posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80 /* POSIX_SPAWN_SETSID */))

        var process = pid_t()
        let code = unsafe Self.withCStrings([path] + arguments) { arguments in
            unsafe Self.withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                unsafe posix_spawn(&process, path, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw SocketError(action: "start \(path)", code: code) }
        let descriptor = system_pidfd_open(process)
        guard descriptor >= 0 else {
            let error = SocketError(action: "watch \(path)", code: errno)
            // Nobody else knows it.
            Glibc.kill(process, SIGKILL)
            waitpid(process, nil, 0)
            throw error
        }
        return ChildProcess(identifier: process, source: DescriptorSource(descriptor: descriptor, loop: self), loop: self)
    }

    /// A stream and the descriptor of its other end, which is meant for a child process.
    package func makeSocketPair() throws -> (stream: SocketStream, descriptor: Int32) {
        var pair: (Int32, Int32) = (0, 0)
        let result = unsafe withUnsafeMutablePointer(to: &pair) {
            unsafe $0.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe system_socket_pair($0) }
        }
        guard result == 0 else { throw SocketError(action: "make a socket pair", code: errno) }
        // The child's end blocks, as programs expect.
        _ = fcntl(pair.1, F_SETFL, fcntl(pair.1, F_GETFL) & ~O_NONBLOCK)
        return (SocketStream(descriptor: pair.0, peer: nil, isConnected: true, on: self), pair.1)
    }

    private static func withCStrings<T>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> T) -> T {
        let copies = unsafe strings.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        return unsafe body(copies + [nil])
    }
}
