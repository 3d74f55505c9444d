import Journal
import SimulationService
import Testing
import WireProtocol

/// A machine with a journal in memory, in which members say what a test has them say.
struct Stage {
    /// What becomes of the next append.
    enum Fate: CaseIterable {
        case written, lostWritten, lostUnwritten, notSent
        /// What is to be written is not taken, however often.
        case refused
    }

    let plan: SimulationPlan
    private(set) var machine: CrewMachine
    private(set) var rows: [JournalRow] = []
    private(set) var epoch = 1
    /// Whose turn it is, and was asked to speak.
    private(set) var open: OpenTurn?
    /// What they were told.
    private(set) var prompt = ""
    private(set) var openConversation: ConversationID?
    private(set) var shown: [NumberedEvent] = []
    private(set) var changes: [RowChange] = []
    private(set) var waits: [Duration] = []
    private(set) var isStopped = false
    private(set) var isFinished = false
    /// How often each turn was asked for.
    private(set) var asked: [Int: Int] = [:]
    /// The lost runs that were asked for, and what they have used.
    private(set) var counted: [[LostRuns]] = []
    var lost = TokenUsage()
    var fates: [Fate] = []
    var now = Timestamp(seconds: 1_800_000_000)

    init(_ plan: SimulationPlan) throws {
        self.plan = plan
        let opening = JournalEvent(
            .started(SimulationStarted(simulationID: .sample, members: plan.members.map(\.name), tasks: plan.tasks.map(\.name), at: now)))
        rows = [JournalRow(firstSequence: 1, lastSequence: 1, epoch: 1, payload: JournalRow.payload(of: [opening]))]
        machine = try CrewMachine(plan, journal: AppendProtocol(epoch: 1, head: 1, shownLimit: 1), rows: rows)
        tell(.begin)
    }

    private var head: Int { rows.last?.lastSequence ?? 0 }

    var events: [SimulationEvent] {
        get throws { try rows.flatMap { try $0.numberedEvents() }.map { try SimulationEvent(stored: $0.data) } }
    }

    var tags: [String] { get throws { try events.map(\.tag.rawValue) } }

    mutating func tell(_ input: CrewInput) {
        now = Timestamp(microseconds: now.microseconds + 1000)
        var actions = machine.handle(input, at: now)[...]
        while let action = actions.popFirst() {
            switch action {
            case .send(let append, let change):
                let fate = fates.isEmpty ? .written : fates.removeFirst()
                if fate == .written || fate == .lostWritten { write(append, change) }
                actions += machine.handle(.journal(fate.answer), at: now)
            case .readPosition(let append):
                let isEnded = rows.contains { row in (try? row.numberedEvents().last?.type.isFinal) == true }
                let position: JournalPosition =
                    isEnded
                    ? .ended(rowEpoch: rows.first { $0.firstSequence == append.firstSequence }?.epoch)
                    : .live(epoch: epoch, head: head, shownLimit: head)
                actions += machine.handle(.journal(.position(position)), at: now)
            case .show(let events): shown += events
            case .speak(let turn, let prompt, let conversation):
                (open, self.prompt, openConversation) = (turn, prompt, conversation)
                asked[turn.number, default: 0] += 1
            case .stop: isStopped = true
            case .wait(let duration): waits.append(duration)
            case .count(let runs):
                counted.append(runs)
                actions += machine.handle(.counted(lost), at: now)
            case .finish: isFinished = true
            case .abandon: Issue.record("the machine gave up")
            }
        }
    }

    private mutating func write(_ append: JournalAppend, _ change: RowChange?) {
        #expect(append.firstSequence == head + 1 && append.epoch == epoch)
        rows.append(append.row)
        if let change { changes.append(change) }
    }

    /// The member whose turn it is says something.
    mutating func say(_ content: String, in conversation: ConversationID = .sample, costing micros: Int? = nil) throws {
        let turn = try #require(open)
        open = nil
        tell(
            .spoke(
                turn: turn.number,
                Spoken(
                    content: content, conversationID: conversation, runID: .sample,
                    usage: TokenUsage(inputTokens: 10, outputTokens: 2, totalCost: micros.map { Money(amountMicros: $0, currency: "USD") }))
            )
        )
    }

    mutating func fail(_ failure: TurnFailure) throws {
        let turn = try #require(open)
        open = nil
        tell(.fellSilent(turn: turn.number, failure))
    }

    /// A person says or asks for something.
    mutating func person(_ kind: PersonInput.Kind, _ content: String = "", ordinal: Int) {
        tell(.people([PersonInput(ordinal: ordinal, kind: kind, userID: .sample, content: content, at: now)]))
    }

    /// The holder is lost; another one goes on from the journal.
    mutating func takeOver(isCancelRequested: Bool = false) throws {
        epoch += 1
        open = nil
        machine = try CrewMachine(plan, journal: AppendProtocol(epoch: epoch, head: head, shownLimit: head), rows: rows)
        tell(isCancelRequested ? .cancel : .begin)
    }
}

extension Stage.Fate {
    fileprivate var answer: AppendAnswer {
        switch self {
        case .written: .written
        case .lostWritten, .lostUnwritten: .acknowledgementLost
        case .notSent: .notSent
        case .refused: .refused
        }
    }
}

extension String {
    fileprivate var isFinal: Bool { SimulationEvent.Tag(rawValue: self)?.isFinal ?? false }
}

extension SimulationPlan {
    static func member(_ name: String) -> CrewMember { CrewMember(name: name, agentID: .sample, role: "the \(name)", goal: "Be good") }

    static func task(_ name: String, _ member: String?, context: [String]? = nil) -> CrewTask {
        CrewTask(name: name, description: "Do \(name)", expectedOutput: "A good \(name)", member: member, context: context)
    }

    static let sequential = SimulationPlan(
        scenario: "Launch", setting: "We launch a kettle.", members: [member("anna"), member("bert")],
        tasks: [task("plan", "anna", context: ["facts"]), task("facts", "bert"), task("report", "bert")], process: .sequential,
        maxRevisions: 2, seed: 7)

    static let hierarchical = SimulationPlan(
        scenario: "Launch", setting: "We launch a kettle.", members: [member("carl"), member("anna"), member("bert")],
        tasks: [task("facts", nil), task("report", "anna")], process: .hierarchical, manager: "carl", maxRevisions: 2, seed: 7)

    static let agentsOnly = SimulationPlan(
        scenario: "Launch", setting: "We launch a kettle.", members: [member("anna"), member("bert"), member("carl")], seed: 7)
}
