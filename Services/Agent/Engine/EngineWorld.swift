package import EventLoop
package import Telemetry
internal import WireProtocol

/// All that the engine needs of the world.
package struct EngineWorld {
    package let loop: EventLoop
    package let journal: any RunJournal
    package let models: any ModelCalls
    package let tools: any ToolCalls
    package let history: any ConversationHistory
    package let wake: any Wake
    package let tail: any RunTail
    package let log: Logger
    let appendDuration: Histogram
    let runs: MetricFamily<Counter>
    let tokens: MetricFamily<Counter>
    /// The worker's lease as it is now.
    var lease: () -> WorkerLease = { WorkerLease() }
    let leaseChanged: Signal

    package init(
        loop: EventLoop, journal: any RunJournal, models: any ModelCalls, tools: any ToolCalls, history: any ConversationHistory,
        wake: any Wake, tail: any RunTail, log: Logger, metrics: MetricsRegistry
    ) {
        self.loop = loop
        self.journal = journal
        self.models = models
        self.tools = tools
        self.history = history
        self.wake = wake
        self.tail = tail
        self.log = log
        appendDuration = metrics.histogram("troupe_journal_append_seconds", help: "Time from an append to its commit.")
        runs = metrics.counters("troupe_runs_total", help: "Runs that have ended.", labels: ["status"])
        tokens = metrics.counters("gen_ai_client_token_usage", help: "Tokens of committed model calls.", labels: ["gen_ai_token_type"])
        leaseChanged = Signal(on: loop)
    }

    /// What follows from a committed append, besides the run itself.
    func committed(_ append: JournalAppend, _ record: RunRecord) {
        if let usage = append.outcome?.usage {
            tokens.labelled("input").increment(by: Double(usage.inputTokens))
            tokens.labelled("output").increment(by: Double(usage.outputTokens))
        }
        for event in append.events {
            if case .messageCompleted(let completed) = event.event {
                history.committed(completed.message, in: record.person.organizationID)
            }
        }
    }
}
