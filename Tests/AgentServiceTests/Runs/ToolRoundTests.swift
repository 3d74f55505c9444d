import AgentService
import JSON
import Journal
import Testing
import WireProtocol

/// A run whose model calls tools, with a journal that writes at once.
private struct ToolBench {
    var machine: RunMachine
    var rows: [JournalRow]
    var shown: [NumberedEvent] = []
    var actions: [RunAction] = []

    static let calls = [
        RequestedToolCall(name: "add", arguments: #"{"a": 1}"#), RequestedToolCall(name: "add", arguments: #"{"a": 2}"#),
    ]
    static let first = JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [Scenario.opening]))

    /// Goes on after these rows, as one who takes the run over.
    init(rows: [JournalRow] = [ToolBench.first], maxSteps: Int = 5, canAsk: Bool = false, begins: Bool = true) throws {
        self.rows = rows
        var setup = Scenario.tools.setup
        setup.maxSteps = maxSteps
        setup.canAsk = canAsk
        let head = rows.last?.lastSequence ?? 0
        machine = try RunMachine(setup, journal: AppendProtocol(epoch: 1, head: head, shownLimit: head), rows: rows)
        if begins { tell(.begin) }
    }

    mutating func tell(_ input: RunInput) {
        for action in machine.handle(input) {
            switch action {
            case .send(let append, _):
                if !append.events.isEmpty { rows.append(append.row) }
                tell(.journal(.written))
            case .show(let events): shown += events
            default: actions.append(action)
            }
        }
    }

    mutating func ask(_ calls: [RequestedToolCall] = ToolBench.calls) {
        tell(.modelEnded(ModelOutcome(finishReason: .tools, toolCalls: calls), Scenario.stamp))
    }

    /// Does what the machine wants, until the run has ended.
    mutating func finish() {
        while !actions.isEmpty {
            switch actions.removeFirst() {
            case .callModel(let request):
                if request.messages.contains(where: { $0.role == .tool }) {
                    tell(.modelText("Three."))
                    tell(.modelEnded(ModelOutcome(finishReason: .stop), Scenario.stamp))
                } else {
                    tell(.modelText("I add."))
                    ask()
                }
            case .callTool(let use):
                if machine.setup.canAsk, machine.consent == nil {
                    tell(.approvalNeeded(until: .sample))
                } else {
                    tell(.toolAnswered(Scenario.answer(to: use)))
                }
            case .awaitApproval(let call):
                if call == 4 { tell(.approvalDecided(.approved, reason: nil)) } else { tell(.approvalDecided(.rejected, reason: "No.")) }
            default: break
            }
        }
    }

    var uses: [ToolUse] { actions.compactMap { if case .callTool(let use) = $0 { use } else { nil } } }
    var requests: [ModelRequest] { actions.compactMap { if case .callModel(let request) = $0 { request } else { nil } } }
    var types: [String] { shown.map(\.type) }

    func completed() throws -> [ToolCompleted] {
        try shown.compactMap { if case .toolCompleted(let completed) = try RunEvent(stored: $0.data) { completed } else { nil } }
    }
}

extension RunMachine {
    /// What a person said of the call that is open.
    fileprivate var consent: ToolRound.Consent? {
        if case .usingTools(let round) = state.phase { round.open?.consent } else { nil }
    }
}

@Suite("Calls of tools", .timeLimit(.minutes(15)))
struct ToolRoundTests {
    @Test("what a reply asks for is journalled at once and done one after another, and the model is given each answer")
    func round() throws {
        var bench = try ToolBench()
        bench.ask()
        #expect(bench.types == ["model.started", "tool.started", "tool.started"])
        #expect(bench.uses == [ToolUse(effectKey: "\(Scenario.runID)/3", name: "add", arguments: ["a": 1])])
        bench.tell(.toolAnswered(ToolAnswer(content: "one")))
        #expect(bench.uses.last == ToolUse(effectKey: "\(Scenario.runID)/4", name: "add", arguments: ["a": 2]))
        let file = FileReference(id: .sample, name: "n.txt", size: 1, mediaType: "text/plain", sha256: "00")
        bench.tell(.toolAnswered(ToolAnswer(content: "two", isError: true, files: [file])))
        #expect(bench.types.suffix(4) == ["tool.completed", "artifact.created", "tool.completed", "model.started"])
        #expect(
            try bench.completed() == [
                ToolCompleted(call: 3, name: "add", content: "one", isError: false),
                ToolCompleted(call: 4, name: "add", content: "two", isError: true),
            ])
        let told = try #require(bench.requests.last).messages.suffix(3)
        #expect(told.map(\.role) == [.assistant, .tool, .tool])
        #expect(told.first?.toolCalls.map(\.id) == ["call00003", "call00004"])
        #expect(told.first?.toolCalls.map(\.call) == ToolBench.calls)
        #expect(told.dropFirst().map(\.answeredCall) == ["call00003", "call00004"])
        #expect(told.dropFirst().map(\.content) == ["one", "two"])
    }

    @Test("a run with calls of tools that is cut after any row and taken over gives the same bytes", arguments: [false, true])
    func cuts(canAsk: Bool) throws {
        var whole = try ToolBench(canAsk: canAsk)
        whole.finish()
        #expect(whole.types.last == "run.completed")
        let events = try whole.rows.flatMap { try $0.numberedEvents() }
        #expect(events.map(\.sequence) == Array(1...events.count))
        #expect(whole.rows.count > 4)
        for count in 1..<whole.rows.count {
            var taken = try ToolBench(rows: Array(whole.rows.prefix(count)), canAsk: canAsk)
            taken.finish()
            #expect(try taken.rows.flatMap { try $0.numberedEvents() } == events, "after row \(count)")
            #expect(taken.machine.state == whole.machine.state)
        }
    }

    private func asking(_ calls: [RequestedToolCall] = [ToolBench.calls[0]]) throws -> ToolBench {
        var bench = try ToolBench(canAsk: true)
        bench.ask(calls)
        bench.tell(.approvalNeeded(until: .sample))
        return bench
    }

    @Test("a call that wants a person's word asks for it, and is made under the same key once it is agreed to")
    func approved() throws {
        var bench = try asking()
        #expect(bench.types.suffix(2) == ["tool.started", "approval.requested"])
        let requested = try RunEvent(stored: try #require(bench.shown.last).data)
        #expect(
            requested
                == .approvalRequested(ApprovalRequested(call: 3, name: "add", arguments: ToolBench.calls[0].arguments, expiresAt: .sample)))
        #expect(bench.actions.last == .awaitApproval(call: 3))
        bench.tell(.approvalDecided(.approved, reason: nil))
        #expect(bench.types.last == "approval.decided")
        #expect(bench.uses.count == 2 && Set(bench.uses).count == 1)
        bench.tell(.toolAnswered(ToolAnswer(content: "one")))
        #expect(try bench.completed() == [ToolCompleted(call: 3, name: "add", content: "one", isError: false)])
    }

    @Test(
        "a call that nobody agrees to is not made, and the model is told why",
        arguments: [
            (ApprovalDecision.rejected, String?.none, "The tool was not called: the person does not want this call."),
            (.rejected, "Ask me later.", "The tool was not called: the person does not want this call.\nAsk me later."),
            (.expired, nil, "The tool was not called: the person was asked, and did not answer."),
        ])
    func rejected(decision: ApprovalDecision, reason: String?, answer: String) throws {
        var bench = try asking(ToolBench.calls)
        bench.tell(.approvalDecided(decision, reason: reason))
        #expect(bench.types.suffix(2) == ["approval.decided", "tool.completed"])
        #expect(try bench.completed() == [ToolCompleted(call: 3, name: "add", content: answer, isError: true)])
        // The next one asks for itself.
        bench.tell(.approvalNeeded(until: .sample))
        #expect(bench.types.last == "approval.requested")
        #expect(bench.actions.last == .awaitApproval(call: 4))
    }

    @Test("what was agreed to and is refused all the same is told to the model: nobody is asked twice about a call")
    func askedOnce() throws {
        var bench = try asking()
        bench.tell(.approvalDecided(.approved, reason: nil))
        bench.tell(.approvalNeeded(until: .sample))
        #expect(bench.types.count { $0 == "approval.requested" } == 1)
        #expect(try bench.completed().map(\.isError) == [true])
        #expect(bench.types.last == "model.started")
    }

    @Test("a run that cannot ask tells the model so")
    func cannotAsk() throws {
        var bench = try ToolBench()
        bench.ask([ToolBench.calls[0]])
        bench.tell(.approvalNeeded(until: .sample))
        let answer = "The tool was not called: a person has to agree to it, and cannot be asked during this run."
        #expect(try bench.completed() == [ToolCompleted(call: 3, name: "add", content: answer, isError: true)])
    }

    @Test("a run that was let go of does nothing more, and whoever takes it asks what was decided")
    func parked() throws {
        var bench = try asking()
        bench.tell(.parked)
        #expect(bench.actions.last == .abandon)
        bench.tell(.approvalDecided(.approved, reason: nil))
        #expect(bench.types.last == "approval.requested")
        let taken = try ToolBench(rows: bench.rows, canAsk: true)
        #expect(taken.actions == [.awaitApproval(call: 3)])
    }

    @Test("a run that waits for a person is cancelled at once, and stops no call: none was made")
    func cancelledWhileAsking() throws {
        var bench = try asking()
        bench.tell(.cancel)
        #expect(bench.types.last == "run.cancelled")
        #expect(!bench.actions.contains { if case .stopCall = $0 { true } else { false } })
    }

    @Test(
        "what cannot be called is answered without a call, and the model goes on",
        arguments: [
            ("remove", "{}", "There is no such tool."), ("add", "[1]", "The tool was not called: the arguments are no JSON object."),
            ("add", "{\"a\":", "The tool was not called: the arguments are no JSON object."),
        ])
    func refused(name: String, arguments: String, answer: String) throws {
        var bench = try ToolBench()
        bench.ask([RequestedToolCall(name: name, arguments: arguments)])
        #expect(bench.uses.isEmpty)
        #expect(try bench.completed() == [ToolCompleted(call: 3, name: name, content: answer, isError: true)])
        #expect(bench.types.last == "model.started")
    }

    @Test("no arguments are an empty object")
    func noArguments() throws {
        var bench = try ToolBench()
        bench.ask([RequestedToolCall(name: "add", arguments: "")])
        #expect(bench.uses.map(\.arguments) == [[:]])
    }

    @Test(
        "a refusal is told to the model",
        arguments: [
            (Problem(.toolDenied, detail: "x"), "The tool was not called: the person does not allow it."),
            (
                Problem(.approvalRequired, detail: "x"),
                "The tool was not called: a person has to agree to it, and cannot be asked during this run."
            ),
            (
                Problem(.validationFailed, errors: [FieldError(pointer: "/arguments/a", detail: "must be a string")]),
                "The tool was not called: The request does not match its schema\n/arguments/a must be a string"
            ),
            (Problem(.outcomeUnknown), "It is not known whether the call took effect: the server that made it is gone."),
        ])
    func told(problem: Problem, answer: String) throws {
        var bench = try ToolBench()
        bench.ask([ToolBench.calls[0]])
        bench.tell(.toolFailed(.refused(problem)))
        #expect(try bench.completed() == [ToolCompleted(call: 3, name: "add", content: answer, isError: true)])
        #expect(bench.types.last == "model.started")
    }

    @Test("when nothing can be done for the person any more the run fails")
    func delegationRefused() throws {
        var bench = try ToolBench()
        bench.ask()
        bench.tell(.toolFailed(.refused(Problem(.delegationRefused))))
        #expect(bench.types.last == "run.failed")
    }

    @Test("a call that does not come through is made again under the same key; after eight times the run fails")
    func unavailable() throws {
        var bench = try ToolBench()
        bench.ask()
        for _ in 1..<8 {
            bench.tell(.toolFailed(.unavailable("gone")))
            bench.tell(.waited)
        }
        #expect(bench.uses.count == 8)
        #expect(Set(bench.uses).count == 1)
        bench.tell(.toolFailed(.unavailable("gone")))
        #expect(bench.types.last == "run.failed")
    }

    @Test("tools that cannot be looked up are asked for again, and then fail the run")
    func noOffers() throws {
        var bench = try ToolBench()
        for _ in 1..<6 {
            bench.tell(.modelFailed(.toolsUnavailable("gone")))
            bench.tell(.waited)
        }
        bench.tell(.modelFailed(.toolsUnavailable("gone")))
        let last = try #require(bench.shown.last)
        guard case .runFailed(let failed) = try RunEvent(stored: last.data) else { return #expect(Bool(false)) }
        #expect(failed.problem.code == .toolUnavailable)
    }

    @Test("cancelling stops the tool that is called, and the run ends with what it gave; the next one is not called")
    func cancelled() throws {
        var bench = try ToolBench()
        bench.ask()
        bench.tell(.cancel)
        #expect(bench.actions.last == .stopCall(effectKey: "\(Scenario.runID)/3"))
        #expect(bench.types.last == "tool.started")
        bench.tell(.toolAnswered(ToolAnswer(content: "late")))
        #expect(bench.types.suffix(2) == ["tool.completed", "run.cancelled"])
        #expect(bench.uses.count == 1)
    }

    @Test("a tool that does not end when it is stopped keeps no run from ending")
    func overdue() throws {
        var bench = try ToolBench()
        bench.ask()
        bench.tell(.cancel)
        bench.tell(.stopOverdue)
        #expect(bench.types.suffix(2) == ["tool.started", "run.cancelled"])
    }

    @Test("whoever takes over a run that is to be cancelled stops what may have been called")
    func cancelledElsewhere() throws {
        var bench = try ToolBench()
        bench.ask()
        var taken = try ToolBench(rows: bench.rows, begins: false)
        taken.tell(.cancel)
        #expect(taken.uses.isEmpty)
        #expect(taken.actions.first == .stopCall(effectKey: "\(Scenario.runID)/3"))
        #expect(taken.types.last == "run.cancelled")
    }

    @Test("a model that calls tools again and again is called so often and no more")
    func rounds() throws {
        var bench = try ToolBench(maxSteps: 3)
        for _ in 0..<3 {
            bench.ask([ToolBench.calls[0]])
            bench.tell(.toolAnswered(ToolAnswer(content: "more")))
        }
        #expect(bench.types.last == "run.failed")
        #expect(bench.types.count { $0 == "tool.completed" } == 3)
    }

    @Test("an agent without tools is not led to call any")
    func withoutTools() throws {
        var setup = Scenario.answer.setup
        setup.maxSteps = 1
        var machine = try RunMachine(setup, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: [ToolBench.first])
        _ = machine.handle(.begin)
        _ = machine.handle(.journal(.written))
        _ = machine.handle(.modelText("No."))
        let actions = machine.handle(.modelEnded(ModelOutcome(finishReason: .tools, toolCalls: ToolBench.calls), Scenario.stamp))
        #expect(actions.contains { if case .send(let append, _) = $0 { append.events.last?.type == "run.completed" } else { false } })
    }

    @Test("what a tool gave is cut in the middle, and how it ended is said")
    func result() {
        func answer(_ content: String, _ errors: String = "", exitCode: Int = 0, outcome: ExecutionOutcome = .exited) -> ToolAnswer {
            let result = ExecutionResult(
                exitCode: exitCode, outcome: outcome, stdout: content, stderr: errors, truncated: false, durationMs: 1, files: [])
            return ToolAnswer(ToolResult(tool: "t", result))
        }
        #expect(answer("42\n") == ToolAnswer(content: "42\n"))
        #expect(answer("") == ToolAnswer(content: "The tool returned nothing."))
        #expect(answer("a", "b", exitCode: 1) == ToolAnswer(content: "ab\nIt ended with exit code 1.", isError: true))
        #expect(answer("", outcome: .timedOut).content == "It was stopped because it took too long.")
        #expect(answer(String(repeating: "x", count: 100_000)).content.count < 13_000)
    }
}
