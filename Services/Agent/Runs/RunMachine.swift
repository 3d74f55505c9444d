package import Journal
package import WireProtocol

/// One run in the hands of one holder: input in, actions out, no I/O. What it knows of the run is the fold of the journal (`RunState`); besides that
/// it keeps only what belongs to the open call, and what it may show before it is committed.
///
/// It is level-triggered: an input changes what is known, then `advance` looks at all of it and says what is to be done now. While an append is in
/// flight nothing new is begun, so that an answer never meets a state it was not meant for.
package struct RunMachine: Sendable {
    enum Call: Sendable, Hashable {
        case none, open
        /// It failed and is to be tried again later.
        case waiting
    }

    enum Result: Sendable, Hashable {
        case model(ModelOutcome, MessageStamp)
        case modelFailure(ModelCallError)
        case code(CodeCompleted)
        case toolFailure(ToolCallError)
        case answer(ToolAnswer)
        case approvalNeeded(until: Timestamp)
        case approval(ApprovalDecision, reason: String?)
    }

    /// An append, as far as the run is concerned.
    struct Step: Sendable, Hashable {
        let effects: RunEffects
        let state: RunState
    }

    /// A piece of a model's reply, with its bytes.
    struct Delta: Sendable, Hashable {
        let text: String
        let event: JournalEvent

        init(_ text: String) {
            self.text = text
            event = JournalEvent(.messageDelta(MessageDelta(text: text)))
        }
    }

    enum Cancellation: Sendable, Hashable { case none, wanted, asked, overdue }

    package let setup: RunSetup
    let style: any LoopStyle
    package internal(set) var state: RunState
    package internal(set) var journal: AppendProtocol
    /// What is known once the append in flight is committed.
    private var next: Step?
    /// What all model calls used that are committed.
    private var used: TokenUsage?
    /// Text of the open model call that the journal does not hold yet; it may have been shown.
    var pending: [Delta] = []
    /// What the open tool call has given and the journal does not hold yet; nobody has seen it.
    var collected: [RunEvent] = []
    /// The greatest number that was shown.
    var shownThrough: Int
    /// Numbers above the head may have been shown with a content that does not count.
    var isUncovered: Bool
    var call = Call.none
    var result: Result?
    var cancellation = Cancellation.none
    /// Why the run is given up, when nobody asked for its end.
    var failure: Problem?
    var reader: any ReplyReader
    var demand = StreamDemand.more
    var replay = ReplayedOutput()
    var isFlushDue = false
    var toolAttempts = 1
    var isDone = false

    /// How many numbers a model call reserves at a time.
    let block: Int
    /// Enough for most replies.
    package static let usualBlock = 256

    /// Takes a run from its journal. Throws `CorruptJournal` when the events are none that a run can have.
    ///
    /// - Parameters:
    ///   - used: What the model calls used that the journal holds.
    package init(
        _ setup: RunSetup, journal: AppendProtocol, rows: [JournalRow], used: TokenUsage? = nil, block: Int = RunMachine.usualBlock
    ) throws {
        self.init(setup, journal, used, isUncovered: journal.shownLimit > journal.head, block)
        try rows.replay(upTo: journal.head) { try state.apply(RunEvent(stored: $0.data), at: $0.sequence) }
    }

    /// Begins a run with these events, of which nobody was shown more.
    package init(
        _ setup: RunSetup, journal: AppendProtocol, opening: [RunEvent], block: Int = RunMachine.usualBlock
    ) throws {
        self.init(setup, journal, nil, isUncovered: false, block)
        for (index, event) in opening.enumerated() { try state.apply(event, at: index + 1) }
    }

    private init(_ setup: RunSetup, _ journal: AppendProtocol, _ used: TokenUsage?, isUncovered: Bool, _ block: Int) {
        self.setup = setup
        self.journal = journal
        self.used = used
        self.block = block
        style = setup.mode.style
        reader = style.makeReader()
        state = RunState(expectsSession: setup.expectsSession)
        shownThrough = journal.head
        self.isUncovered = isUncovered
    }

    /// Takes an input and says what is to be done.
    package mutating func handle(_ input: RunInput) -> [RunAction] {
        if isDone { return [] }
        switch input {
        case .begin: break
        case .journal(let answer): return conclude(journal.handle(answer))
        case .modelText(let text): return take(text)
        case .modelEnded(let outcome, let stamp): endCall(with: .model(outcome, stamp))
        case .modelFailed(let error): endCall(with: .modelFailure(error))
        case .codeEvent(let event): return take(event)
        case .toolFailed(let error): endCall(with: .toolFailure(error))
        case .toolAnswered(let answer): endCall(with: .answer(answer))
        case .approvalNeeded(let until): endCall(with: .approvalNeeded(until: until))
        case .approvalDecided(let decision, let reason): endCall(with: .approval(decision, reason: reason))
        case .parked: return park()
        case .flush: isFlushDue = true
        case .waited: if call == .waiting { call = .none }
        case .cancel: if cancellation == .none { cancellation = .wanted }
        case .giveUp(let problem):
            failure = problem
            if cancellation == .none { cancellation = .wanted }
        case .stopOverdue: if cancellation == .asked { cancellation = .overdue }
        }
        return advance()
    }

    /// Whether the reader of the model's stream is to wait: what came cannot be shown yet.
    package var isHoldingBack: Bool { !isDone && journal.head + pending.count > shownThrough && call == .open && isCallingModel }

    /// Whether the reader of a tool's stream is to wait until more of it is committed.
    package var isFull: Bool { !isDone && collected.count >= 64 && !journal.isIdle }

    /// Whether the model's stream is still wanted.
    package var modelDemand: StreamDemand { isDone || call != .open ? .enough : demand }

    private var isCallingModel: Bool { if case .calling = state.phase { true } else { false } }

    private mutating func endCall(with result: Result) {
        if call == .open, self.result == nil { self.result = result }
    }

    // MARK: What is to be done now

    mutating func advance() -> [RunAction] {
        guard journal.isIdle, !isDone else { return [] }
        switch state.phase {
        case .ready: return close(with: [])
        case .calling(let call): return advance(call)
        case .executing(let call): return advance(call)
        case .usingTools(let round): return advance(round)
        case .answered: return close(with: [.runCompleted])
        case .ended:
            isDone = true
            return [.finish]
        }
    }

    /// Commits what is pending together with the events that follow, and with the beginning of what comes next.
    mutating func close(with events: [RunEvent], surplus: Int = 0, outcome: ModelOutcome? = nil) -> [RunAction] {
        let text = pending
        let others = collected + events
        pending = []
        collected = []
        result = nil
        call = .none
        isUncovered = false
        isFlushDue = false
        toolAttempts = 1
        replay = ReplayedOutput()
        return append(text: text, events: others, surplus: surplus, outcome: outcome, goesOn: true)
    }

    /// Begins an append.
    ///
    /// - Parameter goesOn: Whether the beginning of what comes next belongs to it when nothing is open after these events.
    mutating func append(
        text: [Delta] = [], events: [RunEvent] = [], surplus: Int = 0, reserve: Int = 0, outcome: ModelOutcome? = nil, goesOn: Bool = false
    ) -> [RunAction] {
        var all = text.map { RunEvent.messageDelta(MessageDelta(text: $0.text)) } + events
        var following = state
        let first = journal.head + surplus + 1
        do {
            for (index, event) in all.enumerated() { try following.apply(event, at: first + index) }
            if goesOn, following.phase == .ready {
                let event = opening(after: following)
                try following.apply(event, at: first + all.count)
                all.append(event)
            }
        } catch {
            return conclude(journal.handle(.fenced))
        }
        let opensCall = all.last?.tag == .modelStarted || all.last?.tag == .modelRestarted
        var hasSession = following.expectsSession
        if case .executing = state.phase { hasSession = true }
        let effects = RunEffects(of: all, last: first + all.count - 1, hasSession: hasSession, outcome: outcome, before: used)
        next = Step(effects: effects, state: following)
        let encoded = text.map(\.event) + all.dropFirst(text.count).map(JournalEvent.init)
        let append = journal.begin(
            encoded, surplus: surplus, reserve: opensCall ? block : reserve, privateData: effects.privateData)
        return [.send(append, effects)]
    }

    /// The event with which a run ends that is cancelled or given up.
    var ending: RunEvent { failure.map { .runFailed(RunFailed(problem: $0)) } ?? .runCancelled }

    /// The event with which a run goes on when nothing is open.
    private func opening(after state: RunState) -> RunEvent {
        if cancellation != .none { return ending }
        guard let model = setup.model else { return .runFailed(RunFailed(problem: Problem(.modelNotConfigured))) }
        guard state.steps < setup.maxSteps else {
            return .runFailed(
                RunFailed(problem: Problem(.stepLimitReached, detail: "The model was called \(state.steps) times and gave no answer.")))
        }
        return .modelStarted(ModelStarted(step: state.steps + 1, model: model))
    }

    // MARK: The journal

    private mutating func conclude(_ conclusion: AppendConclusion?) -> [RunAction] {
        switch conclusion {
        case nil: return []
        case .readPosition(let append): return [.readPosition(after: append)]
        case .send(let append): return next.map { [.send(append, $0.effects)] } ?? []
        case .refused: return giveUpUnwritten()
        case .fenced:
            isDone = true
            return [.abandon]
        case .committed(let append): return committed(append)
        }
    }

    /// What came of the open call cannot be stored: the run ends without it, and what was shown of it is void.
    private mutating func giveUpUnwritten() -> [RunAction] {
        failure = Problem(.internalError, detail: "What came of the run cannot be stored.")
        cancellation = .wanted
        next = nil
        pending = []
        collected = []
        result = nil
        isUncovered = isCallingModel
        let stop: [RunAction] = isCallingModel && call == .open ? [.stopModel] : []
        call = .none
        return stop + advance()
    }

    private mutating func committed(_ append: JournalAppend) -> [RunAction] {
        guard let step = next else { return [] }
        next = nil
        state = step.state
        used = step.effects.used
        let news = append.numberedEvents.filter { $0.sequence > shownThrough }
        shownThrough = max(shownThrough, append.lastSequence)
        return [.committed(step.effects)] + (news.isEmpty ? [] : [.show(news)]) + showPending() + advance()
    }

    /// Shows what may be shown before it is committed: text of the model, under reserved numbers.
    mutating func showPending() -> [RunAction] {
        guard isCallingModel, !isUncovered else { return [] }
        let last = min(journal.head + pending.count, journal.shownLimit)
        guard last > shownThrough else { return [] }
        let first = max(shownThrough, journal.head) + 1
        let events = (first...last).map { sequence in
            let event = pending[sequence - journal.head - 1].event
            return NumberedEvent(sequence: sequence, type: event.type, data: event.data)
        }
        shownThrough = last
        return [.show(events)]
    }
}

/// Two machines of a run are equal when they would do the same from now on. The reader follows from what is pending.
extension RunMachine: Hashable {
    package static func == (left: RunMachine, right: RunMachine) -> Bool {
        left.journal == right.journal && left.next == right.next && left.used == right.used && left.pending == right.pending
            && left.collected == right.collected
            && left.shownThrough == right.shownThrough && left.call == right.call && left.result == right.result
            && left.cancellation == right.cancellation && left.replay == right.replay && left.toolAttempts == right.toolAttempts
            && left.isUncovered == right.isUncovered && left.isFlushDue == right.isFlushDue && left.isDone == right.isDone
            && left.failure == right.failure && left.demand == right.demand && left.state == right.state
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(journal.head)
        hasher.combine(journal.epoch)
        hasher.combine(shownThrough)
        hasher.combine(pending.count)
        hasher.combine(collected.count)
        hasher.combine(call)
        hasher.combine(cancellation)
        hasher.combine(isUncovered)
        hasher.combine(result == nil)
    }
}
