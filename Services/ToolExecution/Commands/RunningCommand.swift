internal import EventLoop
internal import Glibc
internal import ServiceKit
internal import WireProtocol

/// A command of a sandbox, running or ended.
final class RunningCommand {
    let id: CommandID
    let pid: Int
    let command: String
    /// Those that its owner gave: nil for a line of the shell.
    let arguments: [String]?
    /// In which folder, with which variables of its own: as it was asked for.
    let folder: String
    let environment: [String: String]
    let log: CommandLog
    let startedAt: Timestamp
    /// The request that started it, when it may be sent again.
    let idempotency: IdempotentRequest?
    let hasTerminal: Bool
    private(set) var endedAt: Timestamp?
    private(set) var exitCode: Int?
    private(set) var outcome: ExecutionOutcome?

    private let loop: EventLoop
    private let process: SandboxProcess
    private let request: SandboxRequest
    private var acceptsInput: Bool
    private var waitingInput = 0
    private let inputTaken: Signal

    /// Starts the program; throws `SandboxFault` when it cannot be.
    static func start(
        _ program: SandboxProgram, as command: String, arguments: [String]?, idempotency: IdempotentRequest?, keeping bytes: Int,
        in process: SandboxProcess, on loop: EventLoop
    ) async throws -> RunningCommand {
        let request = try await process.start(program)
        while true {
            switch try await request.next() {
            case .begun(let pid):
                let running = RunningCommand(
                    pid: pid, command, arguments, program, idempotency, keeping: bytes, request: request, in: process, on: loop)
                loop.spawn { await running.readAnswers() }
                return running
            case .fault(let fault): throw fault
            case .refused(let reason): throw SandboxFailure(description: reason)
            default: break
            }
        }
    }

    private init(
        pid: Int, _ command: String, _ arguments: [String]?, _ program: SandboxProgram, _ idempotency: IdempotentRequest?,
        keeping bytes: Int, request: SandboxRequest, in process: SandboxProcess, on loop: EventLoop
    ) {
        id = CommandID(loop.makeID())
        self.pid = pid
        self.command = command
        self.arguments = arguments
        self.idempotency = idempotency
        self.loop = loop
        self.process = process
        self.request = request
        folder = program.folder
        environment = program.environment
        hasTerminal = program.terminal != nil
        acceptsInput = program.hasInput || program.terminal != nil
        log = CommandLog(mostBytes: bytes, on: loop)
        startedAt = Timestamp(microseconds: loop.wallClock)
        inputTaken = Signal(on: loop)
        log.append(.started(pid: pid))
    }

    var hasEnded: Bool { endedAt != nil }
    /// A name that who started it gave it.
    var tag: String?
    /// Called when it has ended.
    var onEnd: ((RunningCommand) -> Void)?

    private func readAnswers() async {
        var streams: [OutputStream: UTF8Chunks] = [.stdout: UTF8Chunks(), .stderr: UTF8Chunks()]
        do {
            while !hasEnded {
                switch try await request.next() {
                case .output(let number, let bytes):
                    let stream: OutputStream = number == 2 ? .stderr : .stdout
                    append(streams[stream, default: UTF8Chunks()].whole(bytes), to: stream)
                case .taken(let count):
                    waitingInput = max(0, waitingInput - count)
                    inputTaken.notify()
                case .done(let end):
                    for stream in [OutputStream.stdout, .stderr] { append(streams[stream, default: UTF8Chunks()].rest(), to: stream) }
                    finish(end.status, end.executionOutcome(isOutputExceeded: false))
                default: break
                }
            }
        } catch {
            finish(137, .sandboxLost)
        }
    }

    private func append(_ bytes: [UInt8], to stream: OutputStream) {
        if !bytes.isEmpty { log.append(.output(stream, bytes)) }
    }

    private func finish(_ exitCode: Int, _ outcome: ExecutionOutcome) {
        self.exitCode = exitCode
        self.outcome = outcome
        endedAt = Timestamp(microseconds: loop.wallClock)
        acceptsInput = false
        inputTaken.notify()
        log.append(.exited(code: exitCode, outcome))
        onEnd?(self)
    }

    /// Gives it input; returns when all but a bounded rest has been taken. A problem 409 when it takes none.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(SandboxProcess.longestInput)
            try await inputTaken.wait { acceptsInput && waitingInput + piece.count > SandboxProcess.mostWaitingInput }
            guard acceptsInput else { throw Problem(.conflict, detail: hasEnded ? "the command has ended" : "the command takes no input") }
            waitingInput += piece.count
            try await process.sendInput(piece, to: request)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Tells it that no more input comes.
    func closeInput() async throws {
        guard acceptsInput else { return }
        acceptsInput = hasTerminal
        try await process.closeInput(of: request)
    }

    /// Sends its process group a signal; nothing when it has ended.
    func signal(_ number: Int32) async throws {
        if !hasEnded { try await process.signal(request, number) }
    }

    func kill() async throws { try await signal(SIGKILL) }

    func resize(_ size: TerminalSize) async throws {
        if !hasEnded { try await process.resize(request, to: size) }
    }

    /// As the API shows it.
    func answer(withOutput: Bool) -> SandboxCommand {
        SandboxCommand(
            id: id, pid: pid, command: command, arguments: arguments, status: hasEnded ? .exited : .running, exitCode: exitCode,
            outcome: outcome, stdout: withOutput ? log.text(of: .stdout) : nil, stderr: withOutput ? log.text(of: .stderr) : nil,
            truncated: log.isTruncated, startedAt: startedAt, endedAt: endedAt)
    }
}

extension CommandSignal {
    /// The system's number; nil for one that is not known.
    var number: Int32? {
        switch self {
        case .hangUp: SIGHUP
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .kill: SIGKILL
        case .user1: SIGUSR1
        case .user2: SIGUSR2
        case .terminate: SIGTERM
        case .continue: SIGCONT
        case .stop: SIGSTOP
        case .unknown: nil
        }
    }
}
