/// Hastens what a poll would find later. Nothing depends on it: a note may be lost, and may come when nothing has happened.
package protocol Wake: AnyObject {
    /// Tells every replica.
    func send(_ note: WakeNote)
    /// Hands every note, this replica's own included, to `receive` from now on.
    func receive(_ receive: @escaping (WakeNote) -> Void)
}

/// What may be worth looking at.
package enum WakeNote: Sendable, Hashable {
    /// Something waits for a worker.
    case unclaimed
    /// Someone wants it cancelled.
    case cancelRequested(JournalID)
    /// Someone has left something for whoever holds it.
    case input(JournalID)
    /// Someone follows it on a loop that does not hold it.
    case followed(JournalID)
}
