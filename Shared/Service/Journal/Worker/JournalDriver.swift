/// Carries out what one journal is of, while this worker holds it. Every function is called on the loop.
package protocol JournalDriver: AnyObject {
    /// Goes on from where the journal stands.
    func start()

    /// Someone wants it to end.
    func cancel()

    /// Someone may have left something for it: a note came, or two seconds are over.
    func inputMayWait()

    /// Whether nothing will happen before someone leaves something for it, or wants its end.
    var isIdle: Bool { get }

    /// Gives the journal up where it stands, by REST of the store. False: there is something to do after all.
    func rest() async throws(JournalError) -> Bool

    /// Ends without a word: the loop ends, or another has the journal. Calls `HeldJournal.release`.
    func drop()
}

extension JournalDriver {
    package func inputMayWait() {}
    package var isIdle: Bool { false }
    package func rest() async throws(JournalError) -> Bool { false }
}
