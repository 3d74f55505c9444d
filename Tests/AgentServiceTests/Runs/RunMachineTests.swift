import AgentService
import Journal
import Testing
import WireProtocol

/// A machine with a journal that writes at once.
private struct Bench {
    var machine: RunMachine
    var rows: [JournalRow]
    var shown: [NumberedEvent] = []
    /// What the machine wanted besides the journal.
    var actions: [RunAction] = []
    /// Whether the journal does not take the next append.
    var isRefusing = false
    static let stamp = MessageStamp(id: .sample, createdAt: .sample)

    init(mode: AgentMode = .codeact, maxSteps: Int = 5, model: ModelChoice? = ModelChoice(provider: "p", name: "m"), block: Int = 256)
        throws
    {
        var setup = Scenario.setup
        setup.mode = mode
        setup.maxSteps = maxSteps
        setup.model = model
        rows = [JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [Scenario.opening]))]
        machine = try RunMachine(setup, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: rows, block: block)
        tell(.begin)
    }

    mutating func tell(_ input: RunInput) {
        for action in machine.handle(input) {
            switch action {
            case .send where isRefusing:
                isRefusing = false
                tell(.journal(.refused))
            case .send(let append, _):
                if !append.events.isEmpty { rows.append(append.row) }
                tell(.journal(.written))
            case .show(let events): shown += events
            default: actions.append(action)
            }
        }
    }

    mutating func reply(_ text: String) {
        tell(.modelText(text))
        tell(.modelEnded(ModelOutcome(finishReason: .stop), Self.stamp))
    }

    mutating func print(_ text: String) {
        tell(.codeEvent(.output(CodeOutput(stream: .stdout, text: text))))
        tell(.codeEvent(.completed(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1))))
    }

    var types: [String] { shown.map(\.type) }

    var modelCalls: [ModelRequest] { actions.compactMap { if case .callModel(let request) = $0 { request } else { nil } } }
}

@Suite("The run machine")
struct RunMachineTests {
    private static let code = "```python\nprint(1)\n```\n"

    @Test("a run that is cut after any row and taken from the journal is in the same state")
    func fold() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.print("1\n")
        bench.reply("One.")
        #expect(bench.machine.state.phase == .ended(.completed))
        var state = RunState(expectsSession: false)
        for row in bench.rows {
            for event in try row.numberedEvents() { try state.apply(RunEvent(stored: event.data), at: event.sequence) }
            let head = row.lastSequence
            let taken = try RunMachine(
                Scenario.setup, journal: AppendProtocol(epoch: 2, head: head, shownLimit: head),
                rows: bench.rows.filter { $0.lastSequence <= head })
            #expect(taken.state == state)
        }
        #expect(state == bench.machine.state)
        #expect(try bench.rows.dropFirst().flatMap { try $0.numberedEvents() } == bench.shown)
    }

    @Test("text is shown before it is committed, never beyond the reserved numbers")
    func reserved() throws {
        var bench = try Bench(mode: .chat, block: 2)
        var machine = bench.machine
        #expect(machine.journal.shownLimit == 4)
        _ = machine.handle(.modelText("a"))
        let actions = machine.handle(.modelText("b"))
        #expect(actions.contains { if case .send(let append, _) = $0 { append.events.isEmpty && append.shownLimit == 6 } else { false } })
        #expect(machine.handle(.modelText("c")) == [])
        #expect(machine.isHoldingBack)
        _ = machine.handle(.journal(.written))
        #expect(!machine.isHoldingBack)
        bench.reply("abc")
        #expect(bench.types.suffix(3) == ["message.delta", "message.completed", "run.completed"])
        #expect(bench.machine.journal.shownLimit == bench.machine.journal.head)
    }

    @Test("the model is given the output, and expects the session afterwards")
    func observation() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.print("1\n")
        let told = try #require(bench.modelCalls.last?.messages.suffix(2).map(\.content))
        #expect(told.first == Self.code)
        #expect(told.last?.hasPrefix("Output of the code:\n```\n1\n```") == true)
        #expect(bench.machine.state.expectsSession)
    }

    @Test("long output is cut in the middle for the model")
    func longOutput() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.print(String(repeating: "x", count: 100_000))
        let told = try #require(bench.modelCalls.last?.messages.last?.content)
        #expect(told.count < 13_000)
        #expect(told.contains("88000 characters left out"))
    }

    @Test("output is cut by Unicode scalars, of which a character may have any number")
    func combiningOutput() throws {
        var output = CapturedOutput()
        for _ in 0..<10 { output.add(CodeOutput(stream: .stdout, text: "e" + String(repeating: "\u{301}", count: 9_999))) }
        #expect(output.stdoutSize == 199_990)
        #expect(output.text.unicodeScalars.count < 13_000)
        #expect(output.text.contains("88000 characters left out"))
    }

    @Test("a reply of very many pieces is folded in time that grows with its length", .timeLimit(.minutes(15)))
    func manyPieces() throws {
        var state = RunState(expectsSession: false)
        try state.apply(.modelStarted(ModelStarted(step: 1, model: ModelChoice(provider: "p", name: "m"))), at: 1)
        let piece = RunEvent.messageDelta(MessageDelta(text: "12345678"))
        for sequence in 2...600_001 { try state.apply(piece, at: sequence) }
        guard case .calling(let call) = state.phase else { return #expect(Bool(false)) }
        #expect(call.reply.utf8.count == 4_800_000)
    }

    @Test("a run ends when the model was called often enough")
    func stepLimit() throws {
        var bench = try Bench(maxSteps: 1)
        bench.reply(Self.code)
        bench.print("1\n")
        #expect(bench.types.last == "run.failed")
        let last = try #require(bench.shown.last)
        #expect(String(decoding: last.data, as: UTF8.self).contains("step_limit_reached"))
    }

    @Test("a model call that breaks off begins again, and what was shown of it is void; after six times the run fails")
    func retry() throws {
        var bench = try Bench(mode: .chat)
        for _ in 1..<6 {
            bench.tell(.modelText("half"))
            bench.tell(.modelFailed(.unavailable("gone", retryAfter: nil)))
            bench.tell(.waited)
            #expect(bench.types.last == "model.restarted")
        }
        bench.tell(.modelFailed(.unavailable("gone", retryAfter: nil)))
        #expect(bench.types.last == "run.failed")
    }

    @Test("what the model refuses fails the run at once")
    func refused() throws {
        var bench = try Bench(mode: .chat)
        bench.tell(.modelFailed(.refused("too long")))
        #expect(bench.types.last == "run.failed")
        #expect(bench.actions.last == .finish)
    }

    @Test("a run without a model fails")
    func notConfigured() throws {
        #expect(try Bench(model: nil).types == ["run.failed"])
    }

    @Test("cancelling while the model speaks keeps what was shown")
    func cancelModel() throws {
        var bench = try Bench(mode: .chat)
        bench.tell(.modelText("half"))
        bench.tell(.cancel)
        #expect(bench.types == ["model.started", "message.delta", "run.cancelled"])
        #expect(bench.actions.contains(.stopModel))
    }

    @Test("cancelling stops the tool and waits for its end, but not for ever", arguments: [true, false])
    func cancelTool(answers: Bool) throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.tell(.cancel)
        #expect(bench.actions.last == .stopCall(effectKey: "\(Scenario.runID)/4"))
        if answers {
            bench.tell(.codeEvent(.completed(CodeCompleted(exitCode: 137, outcome: .cancelled, durationMs: 1))))
        } else {
            bench.tell(.stopOverdue)
        }
        #expect(bench.types.suffix(2) == (answers ? ["code.completed", "run.cancelled"] : ["code.started", "run.cancelled"]))
    }

    @Test(
        "a model is called again later, and not before its provider wants it, within bounds",
        arguments: [(nil, .milliseconds(500)), (.seconds(7), .seconds(7)), (.seconds(120), .seconds(120)), (.seconds(9999), .seconds(300))]
            as [(Duration?, Duration)])
    func retryAfter(wanted: Duration?, wait: Duration) throws {
        var bench = try Bench(mode: .chat)
        bench.tell(.modelFailed(.unavailable("busy", retryAfter: wanted)))
        #expect(bench.actions.last == .wait(wait))
    }

    @Test("a tool call that is joined again adds only what the journal does not have")
    func replay() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.tell(.codeEvent(.output(CodeOutput(stream: .stdout, text: "one tw"))))
        bench.tell(.flush)
        let head = bench.machine.journal.head
        let journal = AppendProtocol(epoch: 2, head: head, shownLimit: head)
        var other = bench
        other.machine = try RunMachine(Scenario.setup, journal: journal, rows: bench.rows)
        other.tell(.begin)
        other.tell(.codeEvent(.output(CodeOutput(stream: .stdout, text: "one "))))
        other.tell(.codeEvent(.output(CodeOutput(stream: .stdout, text: "two"))))
        other.tell(.codeEvent(.completed(CodeCompleted(exitCode: 0, outcome: .exited, durationMs: 1))))
        guard case .execution(let execution)? = other.machine.state.turns.last else { return #expect(Bool(false)) }
        #expect(execution.output.text == "one two")
        guard case .executeCode(let call)? = other.actions.last(where: { if case .executeCode = $0 { true } else { false } }) else {
            return #expect(Bool(false))
        }
        #expect(call.effectKey == "\(Scenario.runID)/4")
        #expect(!call.expectsSession)
    }

    @Test("an outcome that is not known is told to the model, which goes on")
    func unknownOutcome() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.tell(.codeEvent(.failed(CodeFailed(problem: Problem(.outcomeUnknown)))))
        #expect(bench.types.suffix(2) == ["code.completed", "model.started"])
        #expect(bench.modelCalls.last?.messages.last.map { $0.content.contains("not known how far") } == true)
    }

    @Test("a run that is given up fails, and what was shown of an open call is declared void")
    func givenUp() throws {
        let bench = try Bench(mode: .chat)
        var other = bench
        let journal = AppendProtocol(epoch: 2, head: bench.machine.journal.head, shownLimit: bench.machine.journal.shownLimit)
        other.machine = try RunMachine(bench.machine.setup, journal: journal, rows: bench.rows)
        other.tell(.giveUp(Problem(.internalError)))
        #expect(other.types.suffix(2) == ["model.restarted", "run.failed"])
    }

    @Test("a run of which the journal does not take the reply fails, calls no model again, and what was shown is void")
    func refusedReply() throws {
        var bench = try Bench(mode: .chat)
        bench.isRefusing = true
        bench.reply("a\u{0}b")
        #expect(bench.types == ["model.started", "message.delta", "model.restarted", "run.failed"])
        #expect(bench.modelCalls.count == 1)
        #expect(bench.machine.state.phase == .ended(.failed))
        #expect(bench.rows.last?.firstSequence == 3 && bench.rows.last?.lastSequence == bench.shown.last?.sequence)
    }

    @Test("a run of which the journal does not take what code printed fails, and the code is stopped")
    func refusedOutput() throws {
        var bench = try Bench()
        bench.reply(Self.code)
        bench.tell(.codeEvent(.output(CodeOutput(stream: .stdout, text: "1"))))
        bench.isRefusing = true
        bench.tell(.flush)
        #expect(bench.types.suffix(2) == ["code.started", "run.failed"])
        #expect(bench.actions.contains { if case .stopCall = $0 { true } else { false } })
        #expect(bench.machine.state.phase == .ended(.failed))
    }

    @Test("a journal that no run can have is refused")
    func corrupt() {
        let row = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [JournalEvent(.runCompleted)]))
        #expect(throws: CorruptJournal.self) {
            try RunMachine(Scenario.setup, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: [row])
        }
        #expect(throws: CorruptJournal.self) {
            try RunMachine(Scenario.setup, journal: AppendProtocol(epoch: 1, head: 2, shownLimit: 2), rows: [])
        }
    }
}
