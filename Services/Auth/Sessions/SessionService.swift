internal import Cryptography
internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Begins sessions, keeps them going by rotating refresh tokens, and ends them.
final class SessionService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let issuer: AccessTokenIssuer

    init(loop: EventLoop, database: PostgresClient, issuer: AccessTokenIssuer) {
        self.loop = loop
        self.database = database
        self.issuer = issuer
    }

    /// A new session of a person; `scope` is what it is limited to, nil is all that the roles allow. A problem 401 when they were suspended or moved
    /// to another organisation meanwhile: who tries again learns which.
    func begin(for person: PersonRecord, clientID: String, scope: Scope?) async throws -> SessionCredentials {
        try await database.as(person.organizationID).transaction { [self] transaction in
            try await begin(for: person, clientID: clientID, scope: scope, in: transaction)
        }
    }

    /// The same within a transaction.
    func begin(
        for person: PersonRecord, clientID: String, scope: Scope?, in transaction: PostgresTransaction
    ) async throws -> SessionCredentials {
        let granted = try ScopeRule.person(permissions: person.permissions, session: nil, requested: scope)
        let session = SessionRecord(
            id: SessionID(loop.makeID()), organizationID: person.organizationID, userID: person.id, clientID: clientID, scope: scope)
        let token = RefreshToken(randomBytes: loop.random.bytes(32))
        guard try await SessionStore.insert(session, with: token.hash, expiresAt: refreshExpiry, now: now, in: transaction) else {
            throw Problem(.invalidCredentials)
        }
        return SessionCredentials(
            person: person, accessToken: try issuer.token(for: person, session: session.id, clientID: clientID, scope: granted),
            refreshToken: token, scope: granted)
    }

    /// New tokens for a refresh token, which is spent by it. One that was spent before ends its session.
    func refresh(_ text: String, requested: Scope?) async throws -> SessionCredentials {
        guard let hash = RefreshToken.hash(of: text) else { throw SessionService.refusal }
        let credentials: SessionCredentials? = try await database.acrossTenants().transaction { [self] transaction in
            let found = try await SessionStore.lock(hash, in: transaction)
            switch RefreshRule.decide(found?.stored, now: now.microseconds) {
            case .rotate:
                guard let found else { return nil }
                return try await rotate(hash, of: found.session, requested: requested, in: transaction)
            case .endSession:
                if let found { try await end(found.session.id, of: found.session.organizationID, .refreshTokenReused, in: transaction) }
                return nil
            case .refuse:
                return nil
            }
        }
        // Thrown out here, because what the transaction did about a reused token is to last.
        guard let credentials else { throw SessionService.refusal }
        return credentials
    }

    private func rotate(
        _ hash: SHA256Digest, of session: SessionRecord, requested: Scope?, in transaction: PostgresTransaction
    ) async throws -> SessionCredentials? {
        guard let person = try await AccountStore.person(session.userID, in: transaction) else { return nil }
        let granted = try ScopeRule.person(permissions: person.permissions, session: session.scope, requested: requested)
        let token = RefreshToken(randomBytes: loop.random.bytes(32))
        try await SessionStore.replace(hash, by: token.hash, of: session, expiresAt: refreshExpiry, now: now, in: transaction)
        return SessionCredentials(
            person: person, accessToken: try issuer.token(for: person, session: session.id, clientID: session.clientID, scope: granted),
            refreshToken: token, scope: granted)
    }

    /// Ends the session that a person asks with.
    func end(_ asking: Principal.Person) async throws {
        try await database.as(asking.organization).transaction { [self] transaction in
            try await end(asking.session, of: asking.organization, .loggedOut, in: transaction)
        }
    }

    private func end(
        _ session: SessionID, of organization: OrganizationID, _ reason: SessionEndReason, in transaction: PostgresTransaction
    ) async throws {
        guard try await SessionStore.end(session, reason, now: now, in: transaction) else { return }
        // Last, because it takes the lock that keeps revocations in order.
        try await RevocationStore.insert(.session, session.uuid, of: organization, now: now, in: transaction)
    }

    /// A session that is going on, and its person; nil when it has ended or the person is suspended.
    func live(
        _ session: SessionID, of user: UserID, in organization: OrganizationID
    ) async throws -> (session: SessionRecord, person: PersonRecord)? {
        try await database.as(organization).transaction { [now] transaction in
            guard let person = try await AccountStore.lockedPerson(user, in: transaction), !person.isSuspended,
                let session = try await SessionStore.findLive(session, of: user, now: now, in: transaction)
            else { return nil }
            return (session, person)
        }
    }

    /// Forgets sessions that nobody kept going.
    func prune() async throws {
        try await SessionStore.deleteExpired(before: now, in: database.acrossTenants())
    }

    private var now: Timestamp { Timestamp(microseconds: loop.wallClock) }
    private var refreshExpiry: Timestamp { now.advanced(by: .seconds(TokenLifetimes.refresh)) }
    private static var refusal: Problem { Problem(.invalidToken, detail: "the refresh token is not valid") }
}
