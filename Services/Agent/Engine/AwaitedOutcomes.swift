internal import WireProtocol

/// How a run has ended.
struct RunOutcome {
    var ending: RunEffects.Ending
    var used: TokenUsage?
    var finishedAt: Timestamp

    /// The run with its end.
    func applied(to run: Run) -> Run {
        var run = run
        run.status = ending.status
        run.problem = ending.problem
        run.replyID = ending.reply?.id
        run.lastEvent = ending.lastEvent
        run.usage = used
        run.finishedAt = finishedAt
        return run
    }
}

/// How the runs of this loop have ended for which a request waits: what their holder has just written need not be read.
final class AwaitedOutcomes {
    private enum Entry {
        case open
        case ended(RunOutcome)
    }

    private var entries: [RunID: Entry] = [:]

    /// A request waits from now on.
    func expect(_ run: RunID) { if entries[run] == nil { entries[run] = .open } }

    /// A run's end was committed.
    func ended(_ run: RunID, _ outcome: RunOutcome) { if entries[run] != nil { entries[run] = .ended(outcome) } }

    /// The request waits no longer. nil: the run has not ended on this loop since; what became of it is in the database.
    func take(_ run: RunID) -> RunOutcome? {
        guard case .ended(let outcome)? = entries.removeValue(forKey: run) else { return nil }
        return outcome
    }
}
