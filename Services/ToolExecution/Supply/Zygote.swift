internal import EventLoop
internal import Glibc

/// A warm Python process from which launchers fork sandboxes (`Launcher/PROTOCOL.md`).
///
/// It ends when this process lets go of it or ends; the sandboxes that came from it stay.
final class Zygote {
    /// What it has warm, as the launcher's JSON.
    let description: String
    let startedAt: Instant
    /// How many launchers were sent to it.
    private(set) var uses = 0
    private let process: ChildProcess
    private let stream: SocketStream
    private let requests: Int32

    private static let longestStart = Duration.seconds(30)

    /// Starts one and waits until it is warm. Throws `SandboxFailure`.
    static func start(_ installation: LauncherInstallation, preload: [String], on loop: EventLoop) async throws -> Zygote {
        let (stream, theirs): (SocketStream, Int32)
        var pair: [Int32] = [-1, -1]
        do {
            (stream, theirs) = try loop.makeSocketPair()
            if socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) != 0 {
                defer { Glibc.close(theirs) }
                throw SocketError(action: "make a socket pair", code: errno)
            }
        } catch {
            throw SandboxFailure(description: "the zygote has no socket: \(error)")
        }
        do {
            let process = try loop.startProcess(
                installation.executable, arguments: [], descriptors: [(ours: theirs, theirs: 3), (ours: pair[1], theirs: 4)])
            do {
                let description = try await loop.withTimeout(longestStart) {
                    try await configure(stream, installation.zygoteConfiguration(preload: preload))
                }
                return Zygote(description, process, stream, requests: pair[0], loop.now)
            } catch {
                stream.close()
                process.kill()
                throw error
            }
        } catch {
            Glibc.close(pair[0])
            throw SandboxFailure(description: "the zygote cannot be started: \(error)")
        }
    }

    private static func configure(_ stream: SocketStream, _ text: String) async throws -> String {
        try await stream.write(LauncherFrame(.zygote, Array(text.utf8)).bytes)
        var parser = LauncherFrameParser()
        while true {
            if let frame = try parser.next() {
                let text = String(decoding: frame.body, as: UTF8.self)
                guard frame.kind == .ready else { throw SandboxFailure(description: text) }
                return text
            }
            let count = try await stream.read { bytes in
                parser.append(bytes)
                return bytes.count
            }
            if count == 0 { throw SandboxFailure(description: "it ended before it was warm") }
        }
    }

    private init(_ description: String, _ process: ChildProcess, _ stream: SocketStream, requests: Int32, _ now: Instant) {
        self.description = description
        self.process = process
        self.stream = stream
        self.requests = requests
        startedAt = now
    }

    deinit { Glibc.close(requests) }

    /// A descriptor for a launcher that is to ask it for a sandbox; to be closed by whoever takes it.
    func use() -> Int32? {
        uses += 1
        let copy = fcntl(requests, F_DUPFD_CLOEXEC, 10)
        return copy < 0 ? nil : copy
    }

    /// Ends it.
    func end() { stream.close() }

    /// Waits until it has ended.
    func waitUntilEnded() async throws { _ = try await process.exitStatus() }
}
