internal import EventLoop
internal import ServiceKit
internal import WireProtocol

/// Runs one block of code in a sandbox and writes what happens to a log: output as it comes, the files that appeared, how it ended.
struct CodeExecution {
    let sandbox: LiveSandbox
    let block: CodeBlock
    let log: ExecutionLog
    /// Stores a file that the code saved.
    let save: (SandboxFile, SandboxFileReader) async throws -> FileReference

    /// Returns when the log has its last event, which its owner shows by completing the log.
    func run() async {
        let start = sandbox.loop.preciseNow
        do {
            let end = try await evaluate()
            finish(end.exitCode, end.outcome, unsavedFiles: await saveFiles(), since: start)
        } catch let problem as Problem {
            log.end(with: .failed(CodeFailed(problem: problem)))
        } catch {
            // The launcher went away under it: by a limit on the whole sandbox, its deletion, or a fault.
            finish(137, .sandboxLost, since: start)
        }
    }

    private func finish(_ exitCode: Int, _ outcome: ExecutionOutcome, unsavedFiles: Int = 0, since start: Instant) {
        sandbox.log.note("\(block.language.rawValue) code ended with \(exitCode), \(outcome.rawValue)")
        let duration = sandbox.loop.preciseNow - start
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        log.end(
            with: .completed(
                CodeCompleted(
                    exitCode: exitCode, outcome: outcome, durationMs: Int(milliseconds),
                    unsavedFiles: unsavedFiles > 0 ? unsavedFiles : nil)))
    }

    private func evaluate() async throws -> (exitCode: Int, outcome: ExecutionOutcome) {
        try await sandbox.openNetwork()
        let timeout = Duration.seconds(block.timeoutSeconds)
        let place = try sandbox.contexts.place(for: block)
        try await sandbox.prepare(place)
        let request = try await sandbox.process.evaluate(place.interpreter, code: block.text, timeout: timeout)
        sandbox.evaluation = request
        defer { sandbox.evaluation = nil }
        // It was stopped while it was prepared.
        if sandbox.isCancelled { try await sandbox.process.cancel(request) }
        var answers = GatheredAnswers(request, on: sandbox.loop)
        var streams: [OutputStream: UTF8Chunks] = [.stdout: UTF8Chunks(), .stderr: UTF8Chunks()]
        var room = block.outputBytes ?? .max
        var isOutputExceeded = false
        var display = DisplayLines()
        while true {
            switch try await answers.next() {
            case .output(3, let bytes):
                for event in display.take(bytes) { log.append(event) }
            case .output(let number, let bytes):
                let stream: OutputStream = number == 2 ? .stderr : .stdout
                let shown = bytes.prefix(room)
                room -= shown.count
                if !shown.isEmpty { append(streams[stream, default: UTF8Chunks()].take(Array(shown)), to: stream) }
                if shown.count < bytes.count, !isOutputExceeded {
                    isOutputExceeded = true
                    try await sandbox.process.cancel(request)
                }
            case .done(let end):
                for stream in [OutputStream.stdout, .stderr] { append(streams[stream, default: UTF8Chunks()].finish(), to: stream) }
                if !end.isInterpreterAlive {
                    sandbox.contexts.setPrepared(false, place.interpreter)
                    if block.contextID == nil { sandbox.lostInterpreters.insert(block.language) }
                }
                return (end.status, end.executionOutcome(isOutputExceeded: isOutputExceeded))
            case .refused(let reason):
                throw Problem(.sandboxUnavailable, detail: reason)
            default: break
            }
        }
    }

    private func append(_ text: String, to stream: OutputStream) {
        if !text.isEmpty { log.append(.output(CodeOutput(stream: stream, text: text))) }
    }

    /// Saves what is new, as much as one execution saves; returns how many files are left. One that cannot be saved does not make the code
    /// fail: it is told where the code's own errors are.
    private func saveFiles() async -> Int {
        let (files, left) = await newFiles()
        for file in files {
            let reader = SandboxFileReader(file, of: sandbox)
            do {
                let reference = try await save(file, reader)
                sandbox.savedFiles[file.path] = file
                log.append(.artifact(ArtifactCreated(file: reference)))
            } catch {
                append("\(file.path) could not be saved: \(Self.reason(reader.failure ?? error))\n", to: .stderr)
            }
        }
        return left
    }

    private func newFiles() async -> (files: [SandboxFile], left: Int) {
        do {
            return try await sandbox.newFiles()
        } catch {
            // With the sandbox its files are gone too, as the outcome says.
            if !sandbox.process.hasEnded {
                append("What is in \(LiveSandbox.outputFolder) could not be saved: \(Self.reason(error))\n", to: .stderr)
            }
            return ([], 0)
        }
    }

    private static func reason(_ error: any Error) -> String {
        ProblemAnswer.problem(for: error).map { $0.detail ?? $0.title } ?? "\(error)"
    }
}
