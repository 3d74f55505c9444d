package import EventLoop
package import Journal
package import Telemetry
internal import WireProtocol

/// All that the engine needs of the world.
package struct EngineWorld {
    package let loop: EventLoop
    package let journal: any JournalStore
    package let runs: any RunJournal
    package let models: any ModelCalls
    package let tools: any ToolCalls
    package let history: any ConversationHistory
    package let wake: any Wake
    package let tail: any JournalTail
    package let log: Logger
    let metrics: MetricsRegistry
    let outcomes = AwaitedOutcomes()
    private let endedRuns: MetricFamily<Counter>
    private let tokens: MetricFamily<Counter>

    package init(
        loop: EventLoop, journal: any JournalStore, runs: any RunJournal, models: any ModelCalls, tools: any ToolCalls,
        history: any ConversationHistory, wake: any Wake, tail: any JournalTail, log: Logger, metrics: MetricsRegistry
    ) {
        self.loop = loop
        self.journal = journal
        self.runs = runs
        self.models = models
        self.tools = tools
        self.history = history
        self.wake = wake
        self.tail = tail
        self.log = log
        self.metrics = metrics
        endedRuns = metrics.counters("troupe_runs_total", help: "Runs that have ended.", labels: ["status"])
        tokens = metrics.counters("gen_ai_client_token_usage", help: "Tokens of committed model calls.", labels: ["gen_ai_token_type"])
    }

    /// What follows from a committed append, besides the run itself.
    ///
    /// - Parameters:
    ///   - question: What started the run.
    ///   - finishedAt: When the run ended, if it did.
    func committed(_ effects: RunEffects, _ record: RunRecord, _ question: Message?, finishedAt: Timestamp?) {
        if let usage = effects.outcome?.usage {
            tokens.labelled("input").increment(by: Double(usage.inputTokens))
            tokens.labelled("output").increment(by: Double(usage.outputTokens))
        }
        guard let ending = effects.ending else { return }
        if let finishedAt { outcomes.ended(record.runID, RunOutcome(ending: ending, used: effects.used, finishedAt: finishedAt)) }
        endedRuns.labelled(ending.status.rawValue).increment()
        history.committed([question, ending.reply].compactMap { $0 }, in: record.person.organizationID)
    }
}
