package import EventLoop

/// Carries what is shown of journals to the other replicas that ask for it, before it is committed. Nothing depends on it: who misses something
/// reads the journal.
package protocol JournalTail: AnyObject {
    /// Shows events to those who follow the journal elsewhere.
    func publish(_ events: some Collection<NumberedEvent>, of journal: JournalID)
    /// What was shown of a journal after a number, without a gap; waits for it, at most so long. Empty: look into the journal.
    func events(of journal: JournalID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent]
}

/// No tail: followers elsewhere see what is committed, by looking again and again.
package final class PollingTail: JournalTail {
    private let loop: EventLoop

    package init(on loop: EventLoop) { self.loop = loop }

    package func publish(_ events: some Collection<NumberedEvent>, of journal: JournalID) {}

    package func events(of journal: JournalID, after sequence: Int, atMost duration: Duration) async throws -> [NumberedEvent] {
        try await loop.sleep(for: duration)
        return []
    }
}
