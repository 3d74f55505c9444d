internal import Journal
internal import WireProtocol

extension RunMachine {
    private static let attempts = 6
    private static let longestWait = Duration.seconds(300)

    /// What is to be done while a model call is open in the journal.
    mutating func advance(_ open: OpenModelCall) -> [RunAction] {
        let isCancelled = cancellation != .none
        if isUncovered, journal.shownLimit > journal.head {
            if call == .waiting, !isCancelled { return [] }
            let void = EventRange(from: journal.head + 1, to: journal.shownLimit)
            pending = []
            return close(
                with: [.modelRestarted(ModelRestarted(void: void))] + (isCancelled ? [ending] : []),
                surplus: journal.shownLimit - journal.head)
        }
        if isCancelled {
            let stop: [RunAction] = call == .open ? [.stopModel] : []
            return stop + close(with: [ending])
        }
        if let result { return end(open, result) }
        if call == .none {
            call = .open
            demand = .more
            reader = style.makeReader()
            return [.callModel(request)]
        }
        let unused = journal.shownLimit - journal.head - pending.count
        if unused < block / 2 { return append(reserve: block) }
        return []
    }

    private mutating func end(_ open: OpenModelCall, _ result: Result) -> [RunAction] {
        switch result {
        case .model(let outcome, let stamp):
            let reply = open.reply + pending.map(\.text).joined()
            // A model that was told of no tool may say that it wants one all the same.
            let toolCalls = setup.tools.isEmpty ? [] : outcome.toolCalls
            guard !toolCalls.isEmpty || reply.contains(where: { !$0.isWhitespace }) else {
                return retry(open, after: nil, Problem(.modelUnavailable, detail: "The model's reply was empty."))
            }
            switch style.decide(on: reply, toolCalls: toolCalls, finishReason: outcome.finishReason) {
            case .execute(let language, let code):
                return close(with: [.codeStarted(CodeStarted(language: language, code: code))], outcome: outcome)
            case .use(let calls):
                let started = calls.map { RunEvent.toolStarted(ToolStarted(name: $0.name, arguments: $0.arguments)) }
                return close(with: started, outcome: outcome)
            case .answer:
                let message = Message(
                    id: stamp.id, conversationID: setup.conversationID, ordinal: setup.messageOrdinal + 1, role: .assistant,
                    content: reply, runID: setup.runID, createdAt: stamp.createdAt)
                return close(with: [.messageCompleted(MessageCompleted(message: message)), .runCompleted], outcome: outcome)
            }
        case .modelFailure(.unavailable(let detail, let retryAfter)):
            return retry(open, after: retryAfter, Problem(.modelUnavailable, detail: detail))
        case .modelFailure(.toolsUnavailable(let detail)):
            return retry(open, after: nil, Problem(.toolUnavailable, detail: detail))
        case .modelFailure(.refused(let detail)): return fail(Problem(.modelRefused, detail: detail))
        case .modelFailure(.notConfigured(let detail)): return fail(Problem(.modelNotConfigured, detail: detail))
        case .code, .toolFailure, .answer, .approvalNeeded, .approval: return []
        }
    }

    /// Calls once more, after a while; what was shown of this call does not count.
    private mutating func retry(_ open: OpenModelCall, after wanted: Duration?, _ problem: Problem) -> [RunAction] {
        guard open.attempts < Self.attempts else { return fail(problem) }
        pending = []
        result = nil
        isUncovered = true
        call = .waiting
        let usual = min(Duration.milliseconds(250 << open.attempts), .seconds(30))
        // Sooner than the provider said, it would be refused again.
        return [.wait(max(usual, min(wanted ?? .zero, Self.longestWait)))]
    }

    mutating func fail(_ problem: Problem) -> [RunAction] { close(with: [.runFailed(RunFailed(problem: problem))]) }

    /// A piece of the model's reply.
    mutating func take(_ text: String) -> [RunAction] {
        guard call == .open, result == nil, demand == .more, case .calling = state.phase else { return [] }
        let (accepted, demand) = reader.read(text)
        self.demand = demand
        guard !accepted.isEmpty else { return [] }
        pending.append(Delta(accepted))
        return showPending() + advance()
    }

    private var request: ModelRequest {
        var messages = [ModelMessage(.system, style.systemPrompt(instructions: setup.instructions, hasTools: !setup.tools.isEmpty))]
        if messages[0].content.isEmpty { messages = [] }
        messages += setup.messages
        for turn in state.turns {
            switch turn {
            case .reply(let text): messages.append(ModelMessage(.assistant, text))
            case .execution(let execution): messages.append(ModelMessage(.user, execution.observation))
            case .tools(let round): messages += round.messages
            }
        }
        // A run whose model is not configured does not come here.
        let model = setup.model ?? ModelChoice(provider: "", name: "")
        return ModelRequest(model: model, messages: messages, temperature: setup.temperature)
    }
}
