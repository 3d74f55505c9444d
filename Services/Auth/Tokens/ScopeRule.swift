package import WireProtocol

/// How far a token reaches: never further than each of those it depends on.
package enum ScopeRule {
    /// A person's token: what their roles allow at this moment, cut to what the session was begun with and to what is asked for.
    /// Asking for more than there is is `invalid_scope`; a role that has lost a permission only shortens the answer.
    package static func person(permissions: Scope, session: Scope?, requested: Scope?) throws(OAuthError) -> Scope {
        let most = session.map { permissions.limited(to: $0) } ?? permissions
        return try cut(most, to: requested)
    }

    /// A service's token by which it acts for nobody.
    package static func service(_ client: RegisteredService, requested: Scope?) throws(OAuthError) -> Scope {
        try cut(Scope(client.permissions.map(\.rawValue)), to: requested)
    }

    /// A service's token on behalf of a person: what the person's token allowed when the work was accepted and their roles still allow, and
    /// what the service is for.
    package static func delegated(
        accepted: [String], permissions: Scope, client: RegisteredService, requested: Scope?
    ) throws(OAuthError) -> Scope {
        let person = Scope(accepted).limited(to: permissions)
        return try cut(person.and(Scope(client.delegatedPermissions.map(\.rawValue))), to: requested)
    }

    private static func cut(_ most: Scope, to requested: Scope?) throws(OAuthError) -> Scope {
        guard let requested else { return most }
        guard requested.isWithin(most) else {
            throw OAuthError(error: .invalidScope, errorDescription: "more is asked for than is allowed")
        }
        return requested
    }
}
