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
    /// What the person said when they were asked.
    var decision: ApprovalDecision?
    /// What may still go wrong.
    var faults: Int
    var nextID = 2
    let scenario: Scenario

    init(_ scenario: Scenario = .code, faults: Int) {
        self.scenario = scenario
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
        case .executeCode(let call): workers[index].calls.append(.code(call))
        case .callTool(let use): workers[index].calls.append(.use(use))
        case .stopCall, .committed: break
        case .awaitApproval: workers[index].calls.append(.awaiting)
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
            let wanted = decision == .rejected ? 0 : scenario.effects
            guard effects.count == wanted else { throw BrokenPromise(description: "\(effects.count) effects instead of \(wanted)") }
            let steps = scenario.effects == 0 ? 1 : 2
            guard state.steps == steps else { throw BrokenPromise(description: "\(state.steps) steps instead of \(steps)") }
            try checkResults(state)
        } else if !journal.isCancelRequested {
            throw BrokenPromise(description: "the run ended as \(status)")
        }
    }
}

/// The run that the workers carry out: what acts in the first step, the answer in the second; or the answer at once.
enum Scenario: Hashable {
    case code, tools, answer
    /// As `tools`, with one call that a person has to agree to.
    case approval

    static let runID = RunID(UUIDBytes(high: 1, low: 1))
    static let opening = JournalEvent(
        .runStarted(RunStarted(runID: runID, conversationID: .sample, agentID: .sample, messageID: .sample)))
    static let setup = RunSetup(
        runID: runID, conversationID: .sample, messageOrdinal: 1, mode: .codeact, instructions: "",
        model: ModelChoice(provider: "scripted", name: "scripted"), maxSteps: 5, messages: [ModelMessage(.user, "?")], expectsSession: false
    )
    static let stamp = MessageStamp(id: .sample, createdAt: .sample)
    static let toolOutput = ["one"]

    var setup: RunSetup {
        var setup = Self.setup
        setup.mode = self == .code ? .codeact : .chat
        setup.tools = self == .tools || self == .approval ? ["add"] : []
        setup.canAsk = self == .approval
        return setup
    }

    /// How often something is done in the world.
    var effects: Int {
        switch self {
        case .code, .approval: 1
        case .tools: 2
        case .answer: 0
        }
    }

    /// No two calls say the same, as with a real model.
    func reply(step: Int, call: Int) -> [String] {
        if step > 1 || self == .answer { return ["b\(call)"] }
        return self == .code ? ["a\(call)\n", "```python\n1\n```\n"] : ["a\(call)"]
    }

    func outcome(step: Int) -> ModelOutcome {
        guard setup.tools == ["add"], step == 1 else { return ModelOutcome(finishReason: .stop) }
        let calls = ["[1]", "[2]"].prefix(effects).map { RequestedToolCall(name: "add", arguments: #"{"a": \#($0)}"#) }
        return ModelOutcome(finishReason: .tools, toolCalls: calls)
    }

    static func answer(to use: ToolUse) -> ToolAnswer { ToolAnswer(content: "\(use.effectKey) \(use.arguments)") }
}

extension ModelledWorld {
    /// What the model was told is what the calls gave.
    private func checkResults(_ state: RunState) throws {
        for turn in state.turns {
            switch turn {
            case .reply: break
            case .execution(let execution):
                guard execution.output.text == Scenario.toolOutput.joined() else {
                    throw BrokenPromise(description: "the output is not what the tool wrote")
                }
            case .tools(let round):
                let wanted = decision == .rejected ? nil : 1
                guard round.calls.allSatisfy({ effects["\(Scenario.runID)/\($0.intent)"] == wanted && $0.answer != nil }) else {
                    throw BrokenPromise(description: "a call has no answer of its own")
                }
            }
        }
    }
}

/// What the hash leaves out mostly follows from the rest.
extension ModelledWorld {
    func hash(into hasher: inout Hasher) {
        hasher.combine(journal)
        hasher.combine(faults)
        hasher.combine(shown.count)
        hasher.combine(late.count)
        hasher.combine(decision)
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
