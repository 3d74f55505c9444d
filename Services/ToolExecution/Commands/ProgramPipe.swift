internal import WireProtocol

/// A program in a sandbox of which only its input and output are wanted, each as fast as the other side can. Letting go of it before its end
/// kills it.
final class ProgramPipe {
    private let request: SandboxRequest
    private let process: SandboxProcess
    private var asked = 0
    private var waitingInput = 0
    private var complaint: [UInt8] = []
    private var end: EvaluationEnd?

    private static let window = 256 * 1024
    private static let longestComplaint = 1000

    private init(_ request: SandboxRequest, in process: SandboxProcess) {
        self.request = request
        self.process = process
    }

    /// Starts a program. Throws `SandboxFault`, `SandboxFailure` when none can be started now.
    static func start(_ arguments: [String], hasInput: Bool = false, in process: SandboxProcess) async throws -> ProgramPipe {
        let program = SandboxProgram(arguments: arguments, hasInput: hasInput, output: .onDemand)
        let pipe = ProgramPipe(try await process.start(program), in: process)
        while true {
            switch try await pipe.request.next() {
            case .begun: return pipe
            case .fault(let fault): throw fault
            case .refused(let reason): throw SandboxFailure(description: reason)
            default: break
            }
        }
    }

    /// Runs a program to its end; a problem 409 with its complaint when it fails.
    static func run(_ arguments: [String], in process: SandboxProcess) async throws {
        let pipe = try await start(arguments, in: process)
        while try await pipe.next() != nil {}
    }

    /// The next piece of its output, or nil when it has ended well; a problem 409 with its complaint when it has not.
    func next() async throws -> [UInt8]? {
        while end == nil {
            if let piece = try await takeAnswer() { return piece }
        }
        guard let end, end.status != 0 else { return nil }
        let text = String(decoding: complaint, as: UTF8.self)
        throw Problem(.conflict, detail: text.isEmpty ? "it ended with status \(end.status)" : text)
    }

    /// A piece of its output, or nil for what else it says.
    private func takeAnswer() async throws -> [UInt8]? {
        // One that cannot write does not read either.
        if asked <= Self.window / 2 {
            try await process.more(request, bytes: Self.window - asked)
            asked = Self.window
        }
        switch try await request.next() {
        case .output(1, let bytes):
            asked -= bytes.count
            return bytes
        case .output(_, let bytes):
            asked -= bytes.count
            complaint += bytes.prefix(Self.longestComplaint - complaint.count)
        case .taken(let count): waitingInput -= count
        case .done(let end): self.end = end
        default: break
        }
        return nil
    }

    /// Gives it input; what it writes meanwhile is thrown away.
    func write(_ bytes: ArraySlice<UInt8>) async throws {
        var rest = bytes
        while !rest.isEmpty, end == nil {
            let piece = rest.prefix(SandboxProcess.longestInput)
            if waitingInput + piece.count > SandboxProcess.mostWaitingInput {
                _ = try await takeAnswer()
                continue
            }
            waitingInput += piece.count
            try await process.sendInput(piece, to: request)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Tells it that no more input comes, and waits for its end as `next` does.
    func finish() async throws {
        try await process.closeInput(of: request)
        while try await next() != nil {}
    }

    deinit {
        guard end == nil else { return }
        process.abandon(request) { [process, request] in
            try await process.signal(request, 9)
            // What it has written is asked for, and dropped: before that has been read it would keep its place among the commands.
            try await process.more(request, bytes: .max)
        }
    }
}
