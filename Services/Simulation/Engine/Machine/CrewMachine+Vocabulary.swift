package import Journal
package import WireProtocol

/// What happened, for a simulation's machine.
package enum CrewInput: Sendable {
    /// The holder is ready: go on from where the journal stands.
    case begin
    /// What became of an append.
    case journal(AppendAnswer)
    /// What people have said or asked for, in order; what the journal has already is passed over.
    case people([PersonInput])
    /// The member whose turn it is has spoken.
    case spoke(turn: Int, Spoken)
    /// The run of the member whose turn it is asked its person something, or was told; what the journal has already is passed over.
    case approval(turn: Int, RunApproval)
    /// The member whose turn it is has not spoken.
    case fellSilent(turn: Int, TurnFailure)
    /// What `wait` asked for.
    case waited
    /// What `count` asked for, as far as it could be found out.
    case counted(TokenUsage)
    /// Someone wants it cancelled.
    case cancel
    /// It is to end as failed: it was lost again and again.
    case giveUp(Problem)
}

/// What is to be done, by whoever drives a simulation's machine.
package enum CrewAction: Sendable, Hashable {
    /// Write to the journal, with what changes of the simulation's row, and say what came of it.
    case send(JournalAppend, RowChange?)
    /// Read where the journal stands, from the database that writes.
    case readPosition(JournalAppend)
    /// Show these, which are committed, to whoever follows.
    case show([NumberedEvent])
    /// Let a member speak, who is told `prompt`, unless the lease has lapsed. Asked again for the same turn, it is the same call.
    case speak(OpenTurn, prompt: String, in: ConversationID?)
    /// Stop what the member of the open turn is at, whoever asked for it.
    case stop
    /// Say `waited` after this time.
    case wait(Duration)
    /// Find out what these have used, and say `counted`.
    case count([LostRuns])
    /// It has ended.
    case finish
    /// Drop it: someone else has it.
    case abandon
}

/// Something that a person said or asked for.
package struct PersonInput: Sendable, Hashable {
    /// What it is.
    package enum Kind: String, Sendable, Hashable {
        case say, pause, resume, complete
    }

    /// Its place among all of the simulation, from 1 without gaps.
    package var ordinal: Int
    package var kind: Kind
    package var userID: UserID
    package var content: String
    package var at: Timestamp

    package init(ordinal: Int, kind: Kind, userID: UserID, content: String = "", at: Timestamp) {
        self.ordinal = ordinal
        self.kind = kind
        self.userID = userID
        self.content = content
        self.at = at
    }
}

/// What a member said, and where.
package struct Spoken: Sendable, Hashable {
    package var content: String
    package var conversationID: ConversationID
    package var runID: RunID
    package var usage: TokenUsage?

    package init(content: String, conversationID: ConversationID, runID: RunID, usage: TokenUsage? = nil) {
        self.content = content
        self.conversationID = conversationID
        self.runID = runID
        self.usage = usage
    }
}

/// What a member's run asked its person, or what was decided.
package struct RunApproval: Sendable, Hashable {
    /// Which of both.
    package enum Step: Sendable, Hashable {
        case requested(ApprovalRequested)
        case decided(ApprovalDecided)
    }

    package var conversationID: ConversationID
    package var runID: RunID
    package var step: Step

    package init(conversationID: ConversationID, runID: RunID, step: Step) {
        self.conversationID = conversationID
        self.runID = runID
        self.step = step
    }
}

/// Why a member has not spoken.
package enum TurnFailure: Error, Sendable, Hashable {
    /// Nothing is known of the call, or it could not be made; asked again it may work.
    case passing(Problem)
    /// The call was made and failed: the model cannot be reached, say. People decide whether to try again.
    case failed(Problem, FailedRun? = nil)
    /// It will never work: the agent is gone, or may not be used any more.
    case hopeless(Problem, FailedRun? = nil)
}

/// A run that came to nothing, and what it had used by then.
package struct FailedRun: Sendable, Hashable {
    package var id: RunID
    package var usage: TokenUsage?

    package init(id: RunID, usage: TokenUsage? = nil) {
        self.id = id
        self.usage = usage
    }
}

/// What changes of a simulation's row with an append.
package struct RowChange: Sendable, Hashable {
    package var status: SimulationStatus
    package var problem: Problem?
    /// Of the end.
    package var summary: SimulationSummary?
    /// The number of the last event, when it is the end.
    package var lastEvent: Int?
}
