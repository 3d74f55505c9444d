import AgentService
import Journal
import WireProtocol

/// A promise was broken.
struct BrokenPromise: Error, Hashable, CustomStringConvertible {
    let description: String
}

/// Two workers, the database, a tool and everything that readers were shown, between two steps of any of them.
struct ModelledWorld: Hashable {
    var journal: ModelledJournal
    var workers: [ModelledWorker]
    /// Appends whose connection was lost, and which the database may still carry out.
    var late: [JournalAppend] = []
    /// How often the tool was executed, for each effect key.
    var effects: [String: Int] = [:]
    /// The bytes that were shown under each number.
    var shown: [Int: [UInt8]] = [:]
    var modelCalls = 0
    /// What may still go wrong.
    var faults: Int
    var nextID = 2
    let mode: AgentMode

    init(_ mode: AgentMode = .codeact, faults: Int) {
        self.mode = mode
        journal = ModelledJournal(first: Scenario.opening)
        workers = [ModelledWorker(id: 0), ModelledWorker(id: 1)]
        for worker in workers { journal.enlist(worker.id) }
        self.faults = faults
    }

    /// Gives an input to a worker's machine and queues what the machine wants.
    mutating func handle(_ input: RunInput, at index: Int) throws {
        guard let actions = workers[index].machine?.handle(input) else { return }
        for action in actions { try perform(action, at: index) }
    }

    private mutating func perform(_ action: RunAction, at index: Int) throws {
        switch action {
        case .send(let append, _): workers[index].operations.append(.send(append))
        case .readPosition(let append): workers[index].operations.append(.readPosition(after: append))
        case .show(let events): try show(events)
        case .callModel: workers[index].calls.append(.model)
        case .stopModel: workers[index].calls.removeAll()
        case .callTool(let call): workers[index].calls.append(.tool(call))
        case .stopTool, .committed: break
        case .wait: workers[index].calls.append(.waiting)
        case .flushSoon: workers[index].calls.append(.flushing)
        case .finish, .abandon: workers[index].drop()
        }
    }

    /// Promise 4: a number has one content for ever, and none beyond the committed limit is shown.
    private mutating func show(_ events: [NumberedEvent]) throws {
        for event in events {
            guard event.sequence <= max(journal.head, journal.shownLimit) else {
                throw BrokenPromise(description: "\(event.sequence) was shown beyond the limit \(journal.shownLimit)")
            }
            if let before = shown[event.sequence] ?? journal.data(at: event.sequence), before != event.data {
                throw BrokenPromise(description: "\(event.sequence) was shown with two contents")
            }
            shown[event.sequence] = event.data
        }
    }

    /// What is committed agrees with what was shown, and an end is a good one.
    func check() throws {
        for (sequence, bytes) in shown {
            if let committed = journal.data(at: sequence), committed != bytes {
                throw BrokenPromise(description: "\(sequence) was shown with another content than was committed")
            }
        }
        if journal.isEnded { try checkEnd(journal.state) }
    }

    private func checkEnd(_ state: RunState) throws {
        guard case .ended(let status) = state.phase else { throw BrokenPromise(description: "the run has no end") }
        if status == .completed {
            let calls = mode == .codeact ? 1 : 0
            guard effects.count == calls else { throw BrokenPromise(description: "\(effects.count) effects instead of \(calls)") }
            guard state.steps == calls + 1 else { throw BrokenPromise(description: "\(state.steps) steps instead of \(calls + 1)") }
            if calls == 0 { return }
            guard case .execution(let execution)? = state.turns.dropFirst().first, execution.output.text == Scenario.toolOutput.joined()
            else {
                throw BrokenPromise(description: "the output is not what the tool wrote")
            }
        } else if !journal.isCancelRequested {
            throw BrokenPromise(description: "the run ended as \(status)")
        }
    }
}

/// The run that the workers carry out: code in the first step, the answer in the second.
enum Scenario {
    static let runID = RunID(UUIDBytes(high: 1, low: 1))
    static let opening = JournalEvent(
        .runStarted(RunStarted(runID: runID, conversationID: .sample, agentID: .sample, messageID: .sample)))
    static let setup = RunSetup(
        runID: runID, conversationID: .sample, messageOrdinal: 1, mode: .codeact, instructions: "",
        model: ModelChoice(provider: "scripted", name: "scripted"), maxSteps: 5, messages: [ModelMessage(.user, "?")], expectsSession: false
    )
    static let stamp = MessageStamp(id: .sample, createdAt: .sample)
    static let toolOutput = ["one"]

    /// The same run, or one that answers at once.
    static func setup(_ mode: AgentMode) -> RunSetup {
        var setup = setup
        setup.mode = mode
        return setup
    }

    /// No two calls say the same, as with a real model.
    static func reply(_ mode: AgentMode, step: Int, call: Int) -> [String] {
        mode == .codeact && step == 1 ? ["a\(call)\n", "```python\n1\n```\n"] : ["b\(call)"]
    }
}

/// What the hash leaves out mostly follows from the rest.
extension ModelledWorld {
    func hash(into hasher: inout Hasher) {
        hasher.combine(journal)
        hasher.combine(faults)
        hasher.combine(shown.count)
        hasher.combine(late.count)
        for worker in workers {
            hasher.combine(worker.id)
            hasher.combine(worker.isFresh)
            hasher.combine(worker.isConfirmed)
            hasher.combine(worker.calls)
            hasher.combine(worker.operations.count)
            hasher.combine(worker.machine)
        }
    }
}
