internal import JSON
package import Journal
package import WireProtocol

/// One simulation in the hands of one holder: input in, actions out, no I/O. What it knows of the simulation is the fold of the journal
/// (`SimulationState`); besides that it keeps only what the open call gave and what people have left, until the journal holds it.
///
/// It is level-triggered: an input changes what is known, then `advance` looks at all of it and says what is to be done now. While an append is
/// in flight nothing new is begun, so that an answer never meets a state it was not meant for.
package struct CrewMachine: Sendable {
    enum Call: Sendable, Hashable {
        case none, open
        /// It is to be made again in a while.
        case waiting
    }

    enum Result: Sendable, Hashable {
        case spoken(Spoken)
        case failure(TurnFailure)
    }

    package private(set) var state: SimulationState
    package private(set) var journal: AppendProtocol
    /// What the append in flight makes of the state and of the row.
    private var draft: (state: SimulationState, change: RowChange?)?
    private var people: [PersonInput] = []
    private var call = Call.none
    private var result: Result?
    /// What the run of the open call asked and was told.
    private var approvals: [RunApproval] = []
    private var attempts = 0
    private var isCancelled = false
    private var isCounting = false
    /// What lost runs had used, which the end has to tell.
    private var lost: TokenUsage?
    /// Why it cannot go on.
    private var failure: Problem?
    private var isDone = false

    private static let mostAttempts = 12
    private static let longestPause = 15
    /// How many things that people left one append takes in.
    private static let mostPeople = 64

    /// Takes a simulation from its journal. Throws `CorruptJournal` when the events are none that a simulation can have.
    package init(_ plan: SimulationPlan, journal: AppendProtocol, rows: [JournalRow]) throws {
        var state = SimulationState(plan)
        try rows.replay(upTo: journal.head) { try state.apply(SimulationEvent(stored: $0.data), at: $0.sequence) }
        self.init(state, journal: journal)
    }

    /// Takes a simulation whose journal was read.
    init(_ state: SimulationState, journal: AppendProtocol) {
        self.state = state
        self.journal = journal
    }

    /// The place of the last thing that people left and it knows.
    package var lastHeard: Int { people.last?.ordinal ?? state.lastInput }

    /// Whether it is to be told no more of what people left before the journal has taken some of it.
    package var isFull: Bool { people.count >= Self.mostPeople }

    /// Whether nothing will happen before people leave something, or someone wants its end.
    package var isIdle: Bool {
        journal.isIdle && state.turn == nil && (state.status == .waiting || state.status == .paused) && people.isEmpty
    }

    /// Takes an input and says what is to be done.
    package mutating func handle(_ input: CrewInput, at now: Timestamp) -> [CrewAction] {
        if isDone { return [] }
        switch input {
        case .begin: break
        case .journal(let answer): return conclude(journal.handle(answer), at: now)
        case .people(let inputs): take(inputs)
        case .spoke(let turn, let spoken): endCall(of: turn, with: .spoken(spoken))
        case .approval(let turn, let approval):
            guard state.turn?.number == turn, call == .open else { break }
            approvals.append(approval)
            attempts = 0
        case .fellSilent(let turn, .passing(let problem)):
            guard state.turn?.number == turn, call == .open else { break }
            attempts += 1
            if attempts < Self.mostAttempts {
                call = .waiting
                return [.wait(.seconds(min(Self.longestPause, 1 << (attempts - 1))))]
            }
            result = .failure(.failed(problem))
            // Nobody waits for its run any more, which would go on to cost, and keep the member's conversation busy.
            return [.stop] + advance(at: now)
        case .fellSilent(let turn, let failure): endCall(of: turn, with: .failure(failure))
        case .waited: if call == .waiting { call = .none }
        case .counted(let usage): lost = usage
        case .cancel: isCancelled = true
        case .giveUp(let problem): failure = problem
        }
        return advance(at: now)
    }

    private mutating func take(_ inputs: [PersonInput]) {
        let known = lastHeard
        people += inputs.filter { $0.ordinal > known }
    }

    private mutating func endCall(of turn: Int, with result: Result) {
        if state.turn?.number == turn, call == .open, self.result == nil { self.result = result }
    }

    // MARK: What is to be done now

    private mutating func advance(at now: Timestamp) -> [CrewAction] {
        guard journal.isIdle, !isDone else { return [] }
        if state.status.isFinal {
            isDone = true
            return [.finish]
        }
        var draft = Draft(state, head: journal.head)
        do { try write(&draft, at: now) } catch {
            // What was written follows from what is known, so this is a fault of the program; another may do better.
            return conclude(journal.handle(.fenced), at: now)
        }
        guard draft.events.isEmpty else {
            // Whoever held it before may have asked the member to speak.
            let stop: [CrewAction] = draft.state.status.isFinal && state.turn != nil && result == nil ? [.stop] : []
            if draft.state.turn?.number != state.turn?.number { closeCall() }
            let change = draft.change(from: state)
            self.draft = (draft.state, change)
            return stop + [.send(journal.begin(draft.events.map(JournalEvent.init)), change)]
        }
        if isCancelled || people.contains(where: { $0.kind == .complete }) {
            defer { isCounting = true }
            return isCounting ? [] : [.count(state.lostRuns)]
        }
        if let turn = state.turn, call == .none {
            call = .open
            return [.speak(turn, prompt: TurnPrompt(state, turn).text, in: state.conversations[turn.member.name])]
        }
        return []
    }

    private mutating func closeCall() {
        call = .none
        result = nil
        approvals = []
        attempts = 0
    }

    /// What is to be written now: what people said, what came of the open call, and what begins next.
    private func write(_ draft: inout Draft, at now: Timestamp) throws {
        var isCompleted = false
        for input in people.prefix(Self.mostPeople) where input.ordinal > draft.state.lastInput {
            switch input.kind {
            case .say:
                try draft.add(
                    .personSpoke(PersonSpoke(ordinal: input.ordinal, userID: input.userID, content: input.content, at: input.at)))
            case .pause: try draft.add(.paused(SimulationPaused(ordinal: input.ordinal)))
            case .resume: try draft.add(.resumed(SimulationResumed(ordinal: input.ordinal)))
            case .complete: isCompleted = true
            }
            if isCompleted { break }
        }
        if let failure {
            return try draft.add(.failed(SimulationFailed(problem: failure, summary: draft.state.summary(at: now), at: now)))
        }
        if isCancelled || isCompleted {
            // Between two turns there is time to ask what runs had cost of which nothing was heard.
            if lost == nil, draft.state.turn == nil, !draft.state.lostRuns.isEmpty { return }
            let ended = SimulationEnded(summary: draft.state.summary(at: now, lost: lost), at: now)
            return try draft.add(isCompleted && !isCancelled ? .completed(ended) : .cancelled(ended))
        }
        for approval in approvals {
            if let event = draft.state.news(approval) { try draft.add(event) }
        }
        if let result, let turn = draft.state.turn { try write(result, of: turn, &draft, at: now) }
        guard draft.state.turn == nil, draft.state.status == .running else { return }
        switch draft.state.step {
        case .wait: try draft.add(.waiting)
        case .turn(let purpose, let member, let task):
            try draft.add(
                .turnStarted(
                    TurnStarted(
                        turn: draft.state.turns + 1, member: member, purpose: purpose, task: task.map { state.plan.tasks[$0].name }, at: now
                    )))
        }
    }

    private func write(_ result: Result, of turn: OpenTurn, _ draft: inout Draft, at now: Timestamp) throws {
        switch result {
        case .spoken(let spoken):
            let consequences = draft.state.consequences(of: spoken.content, in: turn)
            try draft.add(
                .turnCompleted(
                    TurnCompleted(
                        turn: turn.number, member: turn.member.name, content: spoken.content, conversationID: spoken.conversationID,
                        runID: spoken.runID, usage: spoken.usage, at: now)))
            for event in consequences { try draft.add(event) }
        case .failure(.hopeless(let problem, let run)):
            try draft.add(failed(turn, problem, run))
            try draft.add(.failed(SimulationFailed(problem: problem, summary: draft.state.summary(at: now), at: now)))
        case .failure(.failed(let problem, let run)):
            try draft.add(failed(turn, problem, run))
            // A pause that somebody asked for stays theirs.
            if draft.state.status != .paused { try draft.add(.paused(SimulationPaused(problem: problem))) }
        case .failure(.passing(let problem)): try write(.failure(.failed(problem)), of: turn, &draft, at: now)
        }
    }

    private func failed(_ turn: OpenTurn, _ problem: Problem, _ run: FailedRun?) -> SimulationEvent {
        .turnFailed(TurnFailed(turn: turn.number, member: turn.member.name, problem: problem, runID: run?.id, usage: run?.usage))
    }

    // MARK: The journal

    private mutating func conclude(_ conclusion: AppendConclusion?, at now: Timestamp) -> [CrewAction] {
        switch conclusion {
        case nil: return []
        case .readPosition(let append): return [.readPosition(append)]
        case .send(let append): return [.send(append, draft?.change)]
        case .refused:
            // It ends without what came of the last turn.
            draft = nil
            people = []
            failure = Problem(.internalError, detail: "What came of the simulation cannot be stored.")
            return advance(at: now)
        case .fenced:
            isDone = true
            return [.abandon]
        case .committed(let append):
            if let draft { state = draft.state }
            draft = nil
            people.removeAll { $0.ordinal <= state.lastInput }
            approvals.removeAll { state.news($0) == nil }
            return [.show(append.numberedEvents)] + advance(at: now)
        }
    }
}

/// Events that are to be written together, and the state after them.
private struct Draft {
    private(set) var state: SimulationState
    private(set) var events: [SimulationEvent] = []
    private let head: Int

    init(_ state: SimulationState, head: Int) {
        self.state = state
        self.head = head
    }

    mutating func add(_ event: SimulationEvent) throws {
        try state.apply(event, at: head + events.count + 1)
        events.append(event)
    }

    /// What the row of the simulation has to say anew.
    func change(from before: SimulationState) -> RowChange? {
        guard state.status != before.status || state.problem != before.problem else { return nil }
        var summary: SimulationSummary?
        switch events.last {
        case .completed(let ended), .cancelled(let ended): summary = ended.summary
        case .failed(let failed): summary = failed.summary
        default: break
        }
        return RowChange(
            status: state.status, problem: state.problem, summary: summary, lastEvent: state.status.isFinal ? head + events.count : nil)
    }
}

extension JournalEvent {
    /// An event with its public JSON.
    package init(_ event: SimulationEvent) {
        // Only a number that is not finite cannot be encoded, and no event has one.
        let data = (try? JSONCodec.encode(event)) ?? Array(#"{"type":"unknown"}"#.utf8)
        self.init(type: event.tag.rawValue, data: data, isFinal: event.tag.isFinal)
    }
}

extension SimulationEvent {
    /// An event of the journal; throws `CorruptJournal` when it cannot be read.
    package init(stored data: [UInt8]) throws {
        do { self = try JSONCodec.decode(SimulationEvent.self, from: data, unknownFields: .ignored) } catch {
            throw CorruptJournal("an event cannot be read: \(error)")
        }
    }
}
