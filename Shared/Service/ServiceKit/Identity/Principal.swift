package import WireProtocol

/// Who asks, as a verified access token says.
package struct Principal: Sendable, Hashable {
    /// Whom the token stands for.
    package enum Subject: Sendable, Hashable {
        /// A person, in an organisation and a session.
        case user(UserID, OrganizationID, SessionID)
        /// A service that acts for nobody.
        case service(String)
    }

    package let subject: Subject
    /// The service that acts for the person, when one does.
    package let actor: String?
    package let scopes: Set<String>
    /// The plan of the person's organisation; nil: none.
    package let plan: String?
    /// When the token was issued, in seconds since 1970.
    package let issuedAt: Int
    /// When the token ends, in seconds since 1970.
    package let expiresAt: Int

    /// Nil when the claims name neither a person in an organisation nor a service.
    package init?(_ claims: AccessTokenClaims) {
        if let user = UserID(claims.sub) {
            guard let organization = claims.org, let session = claims.sid else { return nil }
            subject = .user(user, organization, session)
        } else {
            guard claims.org == nil, !claims.sub.isEmpty else { return nil }
            subject = .service(claims.sub)
        }
        actor = claims.act?.sub
        scopes = Set(claims.scope.split(separator: " ").map(String.init))
        plan = claims.plan
        issuedAt = claims.iat
        expiresAt = claims.exp
    }

    /// Whether the token was given this permission.
    package func allows(_ permission: Permission) -> Bool { scopes.contains(permission.rawValue) }

    /// Whether a service asks, for itself or for a person.
    package var isService: Bool {
        if case .service = subject { return true }
        return actor != nil
    }

    /// The person; a problem 403 when a service acts for nobody.
    package func person() throws -> Person {
        guard case .user(let user, let organization, let session) = subject else {
            throw Problem(.permissionDenied, detail: "this needs a token of a person")
        }
        return Person(user: user, organization: organization, session: session, plan: plan)
    }

    /// A person in an organisation and a session.
    package struct Person: Sendable, Hashable {
        package let user: UserID
        package let organization: OrganizationID
        package let session: SessionID
        /// Of the organisation; nil: none.
        package let plan: String?

        package init(user: UserID, organization: OrganizationID, session: SessionID, plan: String? = nil) {
            self.plan = plan
            self.user = user
            self.organization = organization
            self.session = session
        }
    }
}
