package import WireProtocol

/// What was revoked, as far as it can still matter. Filled by polling; asked on every request, after the token cache.
package struct RevocationList {
    private struct Entry {
        let revokedAt: Int
        let expiresAt: Int
    }

    private var sessions: [SessionID: Entry] = [:]
    private var users: [UserID: Entry] = [:]

    package init() {}

    /// Takes over one revocation; a kind that this version does not know concerns none of its tokens.
    package mutating func add(_ revocation: Revocation) {
        let entry = Entry(
            revokedAt: Int(revocation.revokedAt.microseconds / 1_000_000), expiresAt: Int(revocation.expiresAt.microseconds / 1_000_000))
        switch revocation.kind {
        case .session: if let session = SessionID(revocation.subject) { sessions[session] = entry }
        case .user: if let user = UserID(revocation.subject) { users[user] = entry }
        case .unknown: break
        }
    }

    /// Forgets what no living token can be refused by any more.
    package mutating func forget(before now: Int) {
        sessions = sessions.filter { $0.value.expiresAt >= now }
        users = users.filter { $0.value.expiresAt >= now }
    }

    /// Whether the session or the person has been revoked since the token was issued.
    package func contains(_ principal: Principal) -> Bool {
        guard case .user(let user, _, let session) = principal.subject else { return false }
        if sessions[session] != nil { return true }
        // A person's later tokens are good again; within the second of the revocation, refuse.
        if let entry = users[user] { return principal.issuedAt <= entry.revokedAt }
        return false
    }
}
