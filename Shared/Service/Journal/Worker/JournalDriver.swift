/// Carries out what one journal is of, while this worker holds it. Every function is called on the loop.
package protocol JournalDriver: AnyObject {
    /// Goes on from where the journal stands.
    func start()

    /// Someone wants it to end.
    func cancel()

    /// Someone may have left something for it: a note came, or two seconds are over.
    func inputMayWait()

    /// Ends without a word: the loop ends, or another has the journal. Calls `JournalHolder.release`.
    func drop()
}

extension JournalDriver {
    package func inputMayWait() {}
}
