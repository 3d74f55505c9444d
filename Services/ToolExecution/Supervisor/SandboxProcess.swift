internal import EventLoop
internal import Glibc
internal import WireProtocol

/// One sandbox: a launcher process, and the requests that are open with it.
///
/// `end`, or the end of this process, closes the socket, and with it everything in the sandbox.
package final class SandboxProcess {
    /// What the machine gave, as the launcher's JSON.
    private(set) var description = ""
    /// Told when an interpreter has ended outside an evaluation: its name.
    var onInterpreterLost: ((String) -> Void)?

    private let loop: EventLoop
    private let stream: SocketStream
    private let process: ChildProcess
    /// The launcher's number, for logs.
    var identifier: Int32 { process.identifier }
    private let ended: Signal
    private var open: [UInt32: Channel<LauncherAnswer>] = [:]
    private var lastRequest: UInt32 = 0
    private var isWriting = false
    private let written: Signal
    private(set) var hasEnded = false
    /// How its launcher came to its end; nil while it may have one.
    private(set) var launcherEnd: LauncherEnd?
    private let longestEnd: Duration
    /// How much has come out of it.
    private(set) var outputBytes = 0

    /// A start takes milliseconds, but a machine may be busy: code of strangers has both hands on its processors.
    private static let longestStart = Duration.seconds(30)

    /// Starts a sandbox and waits until it is ready; with the descriptor of a zygote, which is closed here, from
    /// that. `settings` are further lines of its configuration. Throws `SandboxFailure`.
    ///
    /// - Parameter longestEnd: How long its launcher may take to end before it is killed, and again when it has been.
    static func start(
        _ installation: LauncherInstallation, limits: SandboxLimits, settings: [String] = [], zygote: Int32? = nil,
        longestEnd: Duration = .seconds(30), on loop: EventLoop
    ) async throws -> SandboxProcess {
        let (stream, theirs): (SocketStream, Int32)
        do {
            (stream, theirs) = try loop.makeSocketPair()
        } catch {
            if let zygote { Glibc.close(zygote) }
            throw SandboxFailure(description: "no socket for the launcher: \(error)")
        }
        let process: ChildProcess
        do {
            var descriptors: [(ours: Int32, theirs: Int32)] = [(ours: theirs, theirs: 3)]
            if let zygote { descriptors.append((ours: zygote, theirs: 4)) }
            process = try loop.startProcess(
                installation.executable, arguments: [],
                descriptors: descriptors)
        } catch {
            throw SandboxFailure(description: "the launcher cannot be started: \(error)")
        }
        let sandbox = SandboxProcess(process: process, stream: stream, longestEnd: longestEnd, on: loop)
        do {
            try await loop.withTimeout(longestStart) {
                try await sandbox.configure(([installation.configuration(limits)] + settings).joined(separator: "\n"))
            }
        } catch is TimedOut {
            sandbox.end()
            throw SandboxFailure(description: "the sandbox was not ready in time")
        } catch {
            sandbox.end()
            if error is SandboxFailure || error is CancellationError { throw error }
            throw SandboxFailure(description: "the launcher ended before the sandbox was ready: \(error)")
        }
        return sandbox
    }

    private init(process: ChildProcess, stream: SocketStream, longestEnd: Duration, on loop: EventLoop) {
        self.loop = loop
        self.stream = stream
        self.process = process
        self.longestEnd = longestEnd
        ended = Signal(on: loop)
        written = Signal(on: loop)
    }

    private func configure(_ text: String) async throws {
        try await stream.write(LauncherFrame(.configure, Array(text.utf8)).bytes)
        var parser = LauncherFrameParser()
        while true {
            if let frame = try parser.next() {
                guard frame.kind == .ready else { throw SandboxFailure(description: String(decoding: frame.body, as: UTF8.self)) }
                description = String(decoding: frame.body, as: UTF8.self)
                break
            }
            let count = try await stream.read { bytes in
                parser.append(bytes)
                return bytes.count
            }
            if count == 0 { throw SandboxFailure(description: "the launcher ended before the sandbox was ready") }
        }
        loop.spawn { [self] in await readAnswers(parser) }
    }

    // MARK: Requests

    /// Runs code in the interpreter of that name, which is started when it is not there. The answers end with `done` or `refused`.
    func evaluate(_ interpreter: String, code: String, timeout: Duration) async throws -> SandboxRequest {
        let milliseconds = timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
        return try await send(.evaluate) { body in
            body.append(number: UInt32(clamping: max(1, milliseconds)))
            body.append(name: interpreter)
            body.append(contentsOf: code.utf8)
        }
    }

    /// Starts an interpreter ahead of its first code. Throws `SandboxFailure`.
    func startInterpreter(_ name: String) async throws {
        let request = try await send(.start) { $0.append(name: name) }
        if case .refused(let reason) = try await request.next() {
            throw SandboxFailure(description: "\(name) cannot be started: \(reason)")
        }
    }

    /// Asks a running evaluation to stop; its `done` follows.
    func cancel(_ request: SandboxRequest) async throws {
        try await send(.cancel, about: request)
    }

    /// The regular files below a folder of the home; none when it is not there. A problem says why they could not be listed.
    func files(in folder: String) async throws -> [SandboxFile] {
        let request = try await send(.list) { $0.append(name: folder) }
        var files: [SandboxFile] = []
        while true {
            switch try await request.next() {
            case .entry(let file): files.append(file)
            case .refused(Self.noSuchFolder): return []
            case .refused(let reason): throw Problem(.sandboxUnavailable, detail: reason)
            default: return files
            }
        }
    }

    /// How the launcher says that a folder is not there.
    private static let noSuchFolder = "no such folder"

    /// Sends a request that will be answered.
    func send(_ kind: LauncherFrame.Kind, _ fill: (inout [UInt8]) -> Void) async throws -> SandboxRequest {
        if hasEnded { throw SandboxGone() }
        lastRequest &+= 1
        let number = lastRequest
        var body: [UInt8] = []
        body.append(number: number)
        fill(&body)
        // None waits for its reader, for others would wait behind it: what comes is bounded by limits, or by what was asked for.
        let answers = Channel<LauncherAnswer>(on: loop, capacity: .max)
        open[number] = answers
        do { try await write(LauncherFrame(kind, body)) } catch {
            open[number] = nil
            throw error
        }
        return SandboxRequest(number: number, answers: answers)
    }

    /// Sends what concerns an open request.
    func send(_ kind: LauncherFrame.Kind, about request: SandboxRequest, _ fill: (inout [UInt8]) -> Void = { _ in }) async throws {
        if hasEnded { throw SandboxGone() }
        var body: [UInt8] = []
        body.append(number: request.number)
        fill(&body)
        try await write(LauncherFrame(kind, body))
    }

    /// Wants no more of a request, and ends it in a task of its own: the one that made the request may have been cancelled.
    func abandon(_ request: SandboxRequest, _ end: @escaping () async throws -> Void) {
        request.abandon()
        loop.spawn(end)
    }

    /// One frame at a time: a long one may have to wait for the launcher, and nothing must come between its parts.
    private func write(_ frame: LauncherFrame) async throws {
        try await written.wait { isWriting }
        isWriting = true
        defer {
            isWriting = false
            written.notify()
        }
        do { try await stream.write(frame.bytes) } catch is SocketError { throw SandboxGone() }
    }

    // MARK: Answers

    private func readAnswers(_ parser: LauncherFrameParser) async {
        var parser = parser
        do {
            while true {
                while let frame = try parser.next() { try take(frame) }
                let count = try await stream.read { bytes in
                    parser.append(bytes)
                    return bytes.count
                }
                if count == 0 { break }
            }
        } catch {
            // Whatever broke: a sandbox that cannot be understood is of no more use.
        }
        end()
    }

    private func take(_ frame: LauncherFrame) throws {
        if frame.kind == .lost {
            var reader = FieldReader(frame)
            _ = try (reader.byte(), reader.number(), reader.number())
            onInterpreterLost?(reader.text())
            return
        }
        guard let (request, answer) = try LauncherAnswer.parse(frame), let answers = open[request] else { return }
        if answer.isLast { open[request] = nil }
        if case .output(_, let bytes) = answer { outputBytes += bytes.count }
        if case .change = answer { Self.tell(answer, to: answers) } else { answers.trySendIgnoringCapacity(answer) }
        if answer.isLast { answers.finish() }
    }

    /// How many changes wait for whoever watches.
    static let mostChanges = 4096

    /// Changes that nobody reads must not gather without bound: when too many wait, the reader is told that some are lost.
    private static func tell(_ change: LauncherAnswer, to answers: Channel<LauncherAnswer>) {
        if answers.count < mostChanges {
            answers.trySendIgnoringCapacity(change)
        } else if answers.count == mostChanges {
            answers.trySendIgnoringCapacity(.change(SandboxChange(kind: .lost, path: "")))
        }
    }

    // MARK: The end

    /// Ends the sandbox with everything in it; whoever waits for an answer gets `SandboxGone`.
    package func end() {
        guard !hasEnded else { return }
        hasEnded = true
        stream.close()
        for answers in open.values { answers.finish(throwing: SandboxGone()) }
        open = [:]
        loop.spawn { [self] in
            launcherEnd = await awaitLauncher()
            ended.notify()
        }
    }

    /// One that hangs would keep its sandbox's place for ever, and the service from stopping.
    private func awaitLauncher() async -> LauncherEnd {
        if await launcherHasEnded() { return .inTime }
        process.kill()
        return await launcherHasEnded() ? .killed : .never
    }

    private func launcherHasEnded() async -> Bool {
        (try? await loop.withTimeout(longestEnd) { [process] in try await process.exitStatus() }) != nil
    }

    /// Waits until the launcher has ended, and so every process of the sandbox; or has been given up.
    package func waitUntilEnded() async throws { try await ended.wait { launcherEnd == nil } }
}

/// How a launcher came to its end.
enum LauncherEnd {
    case inTime
    /// It had to be killed: its sandbox's processes died with it, its control groups are left for the next sweep.
    case killed
    /// Not even that ended it: the kernel does not let go of it.
    case never
}

/// A request that a sandbox answers.
struct SandboxRequest {
    fileprivate(set) var number: UInt32
    private let answers: Channel<LauncherAnswer>

    fileprivate init(number: UInt32, answers: Channel<LauncherAnswer>) {
        self.number = number
        self.answers = answers
    }

    /// The next answer; throws `SandboxGone` when the sandbox ended before the last one.
    func next() async throws -> LauncherAnswer {
        guard let answer = try await answers.next() else { throw SandboxGone() }
        return answer
    }

    /// The next answer if it is there already.
    func nextIfAvailable() -> LauncherAnswer? { answers.nextIfAvailable() }

    /// Wants no more answers; those that still come are dropped, and the launcher goes on with what it does.
    func abandon() { answers.finish() }
}
