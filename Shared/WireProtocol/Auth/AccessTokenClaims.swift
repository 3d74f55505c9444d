/// The claims of an access token (RFC 9068): a JWT of type `at+jwt`, signed with EdDSA.
package struct AccessTokenClaims: Codable, Sendable, Hashable {
    /// The issuer.
    package var iss: String
    /// Whom it stands for: a `UserID`, or the name of a service that acts for nobody.
    package var sub: String
    /// The audience.
    package var aud: String
    /// When it ends, in seconds since 1970.
    package var exp: Int
    /// When it was issued, in seconds since 1970.
    package var iat: Int
    /// The id of this token.
    package var jti: String
    /// Which program it was issued to.
    package var clientID: String
    /// The permissions, separated by spaces.
    package var scope: String
    /// The organisation of the person; absent for a service that acts for nobody.
    package var org: OrganizationID?
    /// The session of the person; absent for a service that acts for nobody.
    package var sid: SessionID?
    package var roles: [String]?
    /// The plan of the organisation; absent for none.
    package var plan: String?
    /// The service that acts for the person (RFC 8693).
    package var act: ActorClaim?

    package init(
        iss: String, sub: String, aud: String, exp: Int, iat: Int, jti: String, clientID: String, scope: String,
        org: OrganizationID? = nil, sid: SessionID? = nil, roles: [String]? = nil, plan: String? = nil, act: ActorClaim? = nil
    ) {
        self.iss = iss
        self.sub = sub
        self.aud = aud
        self.exp = exp
        self.iat = iat
        self.jti = jti
        self.clientID = clientID
        self.scope = scope
        self.org = org
        self.sid = sid
        self.roles = roles
        self.plan = plan
        self.act = act
    }
}

/// Who acts for the subject of a token.
package struct ActorClaim: Codable, Sendable, Hashable {
    package var sub: String

    package init(sub: String) {
        self.sub = sub
    }
}
