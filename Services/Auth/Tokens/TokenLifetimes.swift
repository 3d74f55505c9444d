/// How long credentials hold, in seconds.
package enum TokenLifetimes {
    /// An access token of a person or a service.
    package static let access = 30 * 60
    /// A refresh token, and with it the session, from its last use.
    package static let refresh = 7 * 24 * 60 * 60
    /// A token by which a service acts for a person: it is kept for five minutes at most, and must outlive the call that it starts.
    package static let delegated = 10 * 60
    /// The longest that a token can outlive its revocation; after it the revocation is forgotten. Includes what clocks may differ.
    package static let revocation = access + 60
}
