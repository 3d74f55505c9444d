internal import Journal
package import WireProtocol

/// What a simulation is at one number of its journal: a fold over the events up to there, and nothing else.
package struct SimulationState: Sendable, Hashable {
    package let plan: SimulationPlan
    let order: [Int]
    let repliers: [String]
    package private(set) var status = SimulationStatus.running
    package private(set) var startedAt: Timestamp?
    /// Whose turn it is.
    package private(set) var turn: OpenTurn?
    /// The number of the last turn that began.
    package private(set) var turns = 0
    package private(set) var tasks: [TaskProgress]
    /// What was said, in order; very long texts are cut.
    package private(set) var transcript: [Statement] = []
    /// How much of it each member knows.
    private(set) var heard: [String: Int] = [:]
    /// How many of the last things that people said nobody has answered.
    package private(set) var unanswered = 0
    /// The place of the last thing that people said or asked for.
    package private(set) var lastInput = 0
    private(set) var replies = 0
    /// The members' conversations with their agents.
    private(set) var conversations: [String: ConversationID] = [:]
    private(set) var usage = TokenUsage()
    /// The last run of each member that is known, with what it used.
    private var lastRuns: [String: RunID] = [:]
    /// Who has had a turn that failed before its run was known.
    private var withLostRuns: Set<String> = []
    /// Why it was paused or failed.
    package private(set) var problem: Problem?

    private static let longestStatement = 8000

    package init(_ plan: SimulationPlan) {
        self.plan = plan
        order = plan.order
        repliers = plan.repliers
        let only = plan.workers.count == 1 ? plan.workers.first?.name : nil
        tasks = plan.tasks.map { TaskProgress(member: $0.member ?? only) }
    }

    /// The state after the next event. Throws `CorruptJournal` when it cannot follow.
    package mutating func apply(_ event: SimulationEvent, at sequence: Int) throws {
        guard !status.isFinal else { throw CorruptJournal("\(event.tag.rawValue) at \(sequence) comes after the end") }
        switch event {
        case .started(let started): startedAt = started.at
        case .turnStarted(let started): try begin(started, at: sequence)
        case .turnCompleted(let completed): try end(completed, at: sequence)
        case .turnFailed(let failed):
            usage = usage + (failed.usage ?? TokenUsage())
            know(failed.runID, of: failed.member)
            if let turn {
                unanswered += turn.answers
                heard[turn.member.name] = turn.heard
            }
            endTurn()
        case .approvalRequested(let requested):
            guard turn?.number == requested.turn else {
                throw CorruptJournal("what was asked at \(sequence) is not of the open turn")
            }
            conversations[requested.member] = requested.conversationID
            turn?.run = requested.runID
            turn?.lastAsked = requested.call
            turn?.awaited = requested.call
            if status == .running { status = .awaitingApproval }
        case .approvalDecided:
            turn?.awaited = nil
            if status == .awaitingApproval { status = .running }
        case .taskAssigned(let assigned): tasks[try place(assigned.task)].member = assigned.member
        case .taskReturned(let returned):
            let place = try place(returned.task)
            tasks[place].revisions = returned.revision
            tasks[place].feedback = returned.feedback
            tasks[place].isToBeReviewed = false
        case .taskCompleted(let completed):
            let place = try place(completed.task)
            tasks[place].outcome = completed.outcome
            tasks[place].feedback = completed.feedback
            tasks[place].isToBeReviewed = false
        case .personSpoke(let spoke):
            lastInput = spoke.ordinal
            unanswered += 1
            if status == .waiting { status = .running }
            add(Statement(event: sequence, userID: spoke.userID, text: spoke.content))
        case .waiting: status = .waiting
        case .paused(let paused):
            lastInput = paused.ordinal ?? lastInput
            problem = paused.problem
            status = .paused
        case .resumed(let resumed):
            lastInput = resumed.ordinal
            problem = nil
            if status == .paused { status = turn?.awaited == nil ? .running : .awaitingApproval }
        case .completed: end(.completed)
        case .cancelled: end(.cancelled)
        case .failed(let failed):
            problem = failed.problem
            end(.failed)
        case .unknown: throw CorruptJournal("an event of an unknown type at \(sequence)")
        }
    }

    private mutating func begin(_ started: TurnStarted, at sequence: Int) throws {
        guard turn == nil, started.turn == turns + 1, let member = plan.member(started.member) else {
            throw CorruptJournal("turn \(started.turn) at \(sequence) does not follow from what was before")
        }
        let task = try started.task.map(place)
        let answers = started.purpose == .reply ? unanswered : 0
        turn = OpenTurn(
            number: started.turn, member: member, purpose: started.purpose, task: task, answers: answers, heard: heard[member.name],
            said: transcript.count, hasLostRuns: withLostRuns.contains(member.name), lastRun: lastRuns[member.name])
        turns = started.turn
        heard[member.name] = transcript.count
        unanswered -= answers
    }

    private mutating func end(_ completed: TurnCompleted, at sequence: Int) throws {
        guard let turn, turn.number == completed.turn else {
            throw CorruptJournal("the end of turn \(completed.turn) at \(sequence) does not follow from what was before")
        }
        endTurn()
        conversations[turn.member.name] = completed.conversationID
        usage = usage + (completed.usage ?? TokenUsage())
        know(completed.runID, of: turn.member.name)
        let task = turn.task.map { plan.tasks[$0].name }
        add(Statement(event: sequence, member: turn.member.name, task: task, text: completed.content))
        // What a member says itself it need not be told.
        if heard[turn.member.name] == transcript.count - 1 { heard[turn.member.name] = transcript.count }
        switch (turn.purpose, turn.task) {
        case (.work, let task?):
            tasks[task].output = completed.content
            tasks[task].isToBeReviewed = plan.process == .hierarchical
        case (.reply, _): replies += 1
        default: break
        }
    }

    private mutating func know(_ run: RunID?, of member: String) {
        if let run {
            lastRuns[member] = run
            withLostRuns.remove(member)
        } else {
            withLostRuns.insert(member)
        }
    }

    private mutating func endTurn() {
        turn = nil
        if status == .awaitingApproval { status = .running }
    }

    private mutating func end(_ status: SimulationStatus) {
        self.status = status
        turn = nil
    }

    private mutating func add(_ statement: Statement) {
        var statement = statement
        statement.text = statement.text.cut(to: Self.longestStatement)
        transcript.append(statement)
    }

    private func place(_ task: String) throws -> Int {
        guard let place = plan.tasks.firstIndex(where: { $0.name == task }) else { throw CorruptJournal("there is no task \(task)") }
        return place
    }

    /// The event for what a run asked or was told; nil: it is known, or of no concern any more.
    func news(_ approval: RunApproval) -> SimulationEvent? {
        guard let turn else { return nil }
        switch approval.step {
        case .requested(let requested):
            guard requested.call > turn.lastAsked else { return nil }
            return .approvalRequested(
                TurnApprovalRequested(
                    requested, turn: turn.number, member: turn.member.name, conversationID: approval.conversationID, runID: approval.runID))
        case .decided(let decided):
            return decided.call == turn.awaited ? .approvalDecided(TurnApprovalDecided(decided, turn: turn.number)) : nil
        }
    }

    /// Whose runs were given up, and have not counted with a turn since.
    var lostRuns: [LostRuns] {
        plan.members.filter { withLostRuns.contains($0.name) }.map {
            LostRuns(member: $0, conversation: conversations[$0.name], lastRun: lastRuns[$0.name])
        }
    }

    /// Who answers people next.
    var nextReplier: String? { repliers.isEmpty ? nil : repliers[replies % repliers.count] }
}

/// A turn that is open in the journal.
package struct OpenTurn: Sendable, Hashable {
    package let number: Int
    package let member: CrewMember
    package let purpose: TurnPurpose
    /// The place of the task that it is about.
    package let task: Int?
    /// How many things that people said it answers.
    let answers: Int
    /// How much of what was said the member knew before.
    let heard: Int?
    /// How much was said when it began.
    let said: Int
    /// Whether the member may have begun runs that were given up; what they used counts with this turn.
    let hasLostRuns: Bool
    /// The last run of the member before those.
    let lastRun: RunID?
    /// Its run, once that has asked its person something.
    package internal(set) var run: RunID?
    /// The last call that the run asked about.
    var lastAsked = 0
    /// The call that waits for the person.
    var awaited: Int?
}

/// Runs of a member that may have begun, and were given up before they were known.
package struct LostRuns: Sendable, Hashable {
    package let member: CrewMember
    /// The member's; nil: it is not known, and there may be none.
    let conversation: ConversationID?
    /// The last run of the member before those.
    let lastRun: RunID?
}

/// How far a task is.
package struct TaskProgress: Sendable, Hashable {
    /// Who does it; nil: it is to be assigned.
    package var member: String?
    /// The latest result.
    package var output: String?
    /// Whether the manager has yet to look at the result.
    package var isToBeReviewed = false
    package var revisions = 0
    /// What the manager wants done better.
    package var feedback: String?
    /// nil: it is not over.
    package var outcome: TaskOutcome?
}

extension String {
    /// The text, or its beginning and end when it is longer than so many characters.
    ///
    /// - Parameter resumesAtLine: Whether the end begins with a whole line.
    func cut(to length: Int, resumesAtLine: Bool = false) -> String {
        // Bytes are no fewer than characters, and counting them costs nothing.
        guard utf8.count > length, unicodeScalars.count > length else { return self }
        let half = max(0, length / 2 - 20)
        var end = unicodeScalars.suffix(half)
        if resumesAtLine { end = end.drop { $0 != "\n" }.dropFirst() }
        return String(unicodeScalars.prefix(half)) + "\n… (left out) …\n" + String(end)
    }
}
