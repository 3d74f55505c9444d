package import WireProtocol

/// A journal in the hands of a worker.
package struct JournalClaim: Sendable, Hashable {
    package var id: JournalID
    package var organizationID: OrganizationID
    /// The fence: it grows with each claim.
    package var epoch: Int
    /// The number of the last event that is committed.
    package var head: Int
    /// No greater number has been shown to anyone.
    package var shownLimit: Int
    package var isCancelRequested: Bool
    /// How often it was claimed.
    package var claims: Int

    package init(
        id: JournalID, organizationID: OrganizationID, epoch: Int = 1, head: Int = 1, shownLimit: Int = 1, isCancelRequested: Bool = false,
        claims: Int = 0
    ) {
        self.id = id
        self.organizationID = organizationID
        self.epoch = epoch
        self.head = head
        self.shownLimit = shownLimit
        self.isCancelRequested = isCancelRequested
        self.claims = claims
    }
}
