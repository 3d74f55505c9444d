internal import EventLoop
internal import JSON
internal import WireProtocol

/// The events of one execution, numbered from 1. Any number of readers follow it, each from where it likes.
final class ExecutionLog {
    /// Those that may be shown.
    private(set) var events: [ExecutionEvent]
    private(set) var isComplete: Bool
    /// What a request is answered that has no events: its body, or `null`.
    var answer: JSONValue?
    /// The last event, held back until it has been stored.
    private var last: ExecutionEvent?
    private let changed: Signal

    init(on loop: EventLoop) {
        events = []
        isComplete = false
        changed = Signal(on: loop)
    }

    /// One that has ended already: a stored result.
    init(_ result: EffectResult, on loop: EventLoop) {
        switch result {
        case .events(let events): self.events = events
        case .answer(let answer): (events, self.answer) = ([], answer)
        }
        isComplete = true
        changed = Signal(on: loop)
    }

    func append(_ event: ExecutionEvent) {
        guard !isComplete else { return }
        events.append(event)
        changed.notify()
    }

    /// Sets the last event, which is shown when the log is completed. One that is set already is replaced.
    func end(with event: ExecutionEvent) { last = event }

    /// Whether its last event is there, shown or not.
    var hasEnded: Bool { isComplete || last != nil }

    /// All events, the last included.
    var allEvents: [ExecutionEvent] { events + (last.map { [$0] } ?? []) }

    /// What is stored of it.
    var storedResult: EffectResult { answer.map(EffectResult.answer) ?? .events(allEvents) }

    /// Shows the last event; no more will come.
    func complete() {
        events = allEvents
        last = nil
        isComplete = true
        changed.notify()
    }

    /// Waits until there is an event after `number` or the log is complete; false when the time is over first.
    func hasEvent(after number: Int, atMost duration: Duration) async throws -> Bool {
        try await changed.wait(atMost: duration) { number >= events.count && !isComplete }
    }

    /// Waits until the log is complete.
    func waitUntilComplete() async throws {
        try await changed.wait { !isComplete }
    }
}

extension ExecutionLog {
    /// All of it as one value, for who does not want a stream. Throws the problem when the code could not be executed.
    func result() throws -> ExecutionResult {
        var result = ExecutionResult(
            exitCode: 0, outcome: .sandboxLost, stdout: "", stderr: "", truncated: false, durationMs: 0, files: [])
        for event in events {
            switch event {
            case .output(let output) where output.stream == .stderr: result.stderr += output.text
            case .output(let output): result.stdout += output.text
            case .value(let value): result.results.append(value)
            case .raised(let error): result.error = error
            case .artifact(let artifact): result.files.append(artifact.file)
            case .completed(let completed):
                result.exitCode = completed.exitCode
                result.outcome = completed.outcome
                result.durationMs = completed.durationMs
                result.unsavedFiles = completed.unsavedFiles
                result.truncated = completed.outcome == .outputExceeded
            case .failed(let failed): throw failed.problem
            case .sandboxReset, .unknown: break
            }
        }
        return result
    }
}
