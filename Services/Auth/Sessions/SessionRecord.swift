internal import WireProtocol

/// A session as stored.
struct SessionRecord {
    let id: SessionID
    let organizationID: OrganizationID
    let userID: UserID
    let clientID: String
    /// What it is limited to; nil: what the roles allow.
    let scope: Scope?
}

/// Why a session ended before its time.
enum SessionEndReason: String {
    case loggedOut = "logged_out"
    case refreshTokenReused = "refresh_token_reused"
}
