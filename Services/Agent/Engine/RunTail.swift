package import EventLoop
package import WireProtocol

/// Carries what is shown of runs to the other replicas, before it is committed. Nothing depends on it: who misses something reads the journal.
package protocol RunTail: AnyObject {
    /// Shows events to those who follow the run elsewhere.
    func publish(_ events: [NumberedEvent], of run: RunID)
    /// What was shown of a run after a number, without a gap; waits for it, at most so long. Empty: look into the journal.
    func events(of run: RunID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent]
}

/// No tail: followers elsewhere see what is committed, by looking again and again.
package final class PollingTail: RunTail {
    private let loop: EventLoop

    package init(on loop: EventLoop) { self.loop = loop }

    package func publish(_ events: [NumberedEvent], of run: RunID) {}

    package func events(of run: RunID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
        try await loop.sleep(for: duration)
        return []
    }
}
