/// What becomes of a refresh token that is presented: a pure decision over what is stored of it.
package enum RefreshRule {
    /// What is stored of a token, its session and its person. Times are microseconds since 1970.
    package struct Stored: Sendable, Equatable {
        let expiresAt: Int64
        let isUsed: Bool
        let sessionHasEnded: Bool
        let userIsSuspended: Bool

        /// All that the rule looks at.
        package init(expiresAt: Int64, isUsed: Bool, sessionHasEnded: Bool, userIsSuspended: Bool) {
            self.expiresAt = expiresAt
            self.isUsed = isUsed
            self.sessionHasEnded = sessionHasEnded
            self.userIsSuspended = userIsSuspended
        }
    }

    /// The outcome.
    package enum Decision: Sendable, Equatable {
        /// Replace it by a new one.
        case rotate
        /// It was used before: the rightful holder or a thief holds a copy, and nobody can tell which. End the session.
        case endSession
        /// Answer that it is not valid, and change nothing.
        case refuse
    }

    /// The decision at `now`; nil stands for a token that is not known.
    package static func decide(_ stored: Stored?, now: Int64) -> Decision {
        guard let stored, !stored.sessionHasEnded else { return .refuse }
        // A copy that comes late tells as much as one that comes early.
        if stored.isUsed { return .endSession }
        return stored.expiresAt > now && !stored.userIsSuspended ? .rotate : .refuse
    }
}
