package import Journal
package import WireProtocol

/// What happened, for a run's machine.
package enum RunInput: Sendable {
    /// The holder is ready: go on from where the journal stands.
    case begin
    /// What became of an append.
    case journal(AppendAnswer)
    case modelText(String)
    case modelEnded(ModelOutcome, MessageStamp)
    case modelFailed(ModelCallError)
    case codeEvent(ExecutionEvent)
    case toolFailed(ToolCallError)
    /// A tool that was called has answered.
    case toolAnswered(ToolAnswer)
    /// A tool that was called wants a person's word first.
    case approvalNeeded(until: Timestamp)
    /// What the person said, or that nobody said anything in time.
    case approvalDecided(ApprovalDecision, reason: String?)
    /// Nothing is decided; the run was let go of.
    case parked
    /// What `flushSoon` asked for.
    case flush
    /// What `wait` asked for.
    case waited
    /// Someone wants the run cancelled.
    case cancel
    /// The run cannot be carried out.
    case giveUp(Problem)
    /// A stopped call has not ended for long enough.
    case stopOverdue
}

/// What is to be done, by whoever drives a run's machine.
package enum RunAction: Sendable, Hashable {
    /// Write to the journal, and say what came of it.
    case send(JournalAppend, RunEffects)
    /// Read where the journal stands, from the database that writes.
    case readPosition(after: JournalAppend)
    /// These are committed, whoever has to know of them.
    case committed(RunEffects)
    /// Show these to whoever follows the run.
    case show([NumberedEvent])
    /// Call the model, unless the lease has lapsed. What it is told of the agent's tools is added by whoever calls.
    case callModel(ModelRequest)
    case stopModel
    /// Have code executed, unless the lease has lapsed.
    case executeCode(ToolCall)
    case stopCall(effectKey: String)
    /// Call a tool that the model asked for, unless the lease has lapsed.
    case callTool(ToolUse)
    /// Find out what was decided on a call, and let go of the run as long as nothing is.
    case awaitApproval(call: Int)
    /// Say `waited` after this time, or a little later: many runs may wait for the same.
    case wait(Duration)
    /// Say `flush` in a moment: more output may come until then.
    case flushSoon
    /// The run has ended.
    case finish
    /// Drop the run: someone else has it.
    case abandon
}

/// What a new message needs of the world.
package struct MessageStamp: Sendable, Hashable {
    package let id: MessageID
    package let createdAt: Timestamp

    package init(id: MessageID, createdAt: Timestamp) {
        self.id = id
        self.createdAt = createdAt
    }
}
