/// What became of an append, as far as its sender knows.
package enum AppendAnswer: Sendable, Hashable {
    /// The database has committed it.
    case written
    /// The database has written nothing: the epoch or the head is another.
    case notWritten
    /// No answer will come; it may have been written or not, or may yet be.
    case acknowledgementLost
    /// It is certain that it never reached the database.
    case notSent
    /// The database has written nothing, and never will: it does not take what is to be written.
    case refused
    /// What reading the position gave.
    case position(JournalPosition)
    /// Someone else was found to hold the journal.
    case fenced
}

/// What follows from an answer.
package enum AppendConclusion: Sendable, Hashable {
    case committed(JournalAppend)
    /// Read where the journal stands, from the database that writes.
    case readPosition(JournalAppend)
    /// Send it, for the first time or again.
    case send(JournalAppend)
    /// It will never be written; another may be.
    case refused
    /// Someone else has it: drop it.
    case fenced
}
