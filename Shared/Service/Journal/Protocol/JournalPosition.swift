/// Where a journal stands, for a holder that does not know what became of its append.
package enum JournalPosition: Sendable, Hashable {
    case live(epoch: Int, head: Int, shownLimit: Int)
    /// The journal has ended. The epoch is that of the row which begins at the number asked for; nil: there is none.
    case ended(rowEpoch: Int?)
}
