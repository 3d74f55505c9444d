internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Makes API keys, ends them, and gives tokens for them.
final class APIKeyService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let sessions: SessionService
    private let issuer: AccessTokenIssuer

    /// The client id in tokens that were given for a key.
    private static let clientID = "api_key"

    init(loop: EventLoop, database: PostgresClient, sessions: SessionService, issuer: AccessTokenIssuer) {
        self.loop = loop
        self.database = database
        self.sessions = sessions
        self.issuer = issuer
    }

    /// A new key, which allows no more than the token that asks for it.
    func create(_ request: CreateAPIKey, for person: Principal.Person, within scope: Scope) async throws -> CreatedAPIKey {
        try await refuseKeys(person)
        let secret = APIKeySecret(randomBytes: loop.random.bytes(20))
        let record = APIKeyStore.Record(
            id: APIKeyID(loop.makeID()), organization: person.organization, user: person.user, session: SessionID(loop.makeID()),
            name: request.name, hint: secret.hint, createdAt: now,
            expiresAt: request.expiresInDays.map { now.advanced(by: .seconds($0 * 86_400)) })
        let limit = try await limit(of: person, asking: scope)
        let isStored = try await database.as(person.organization).transaction { transaction in
            try await APIKeyStore.insert(
                record, hash: secret.hash, scope: limit, limit: APIKeyQuery.mostKeys, from: person.session, in: transaction)
        }
        guard isStored else { throw Problem(.quotaExceeded, detail: "a person may have \(APIKeyQuery.mostKeys) API keys") }
        return CreatedAPIKey(apiKey: record.answer, secret: secret.text, e2bSecret: secret.e2bText)
    }

    /// What a key is limited to that a token of this scope asks for; nil: what the roles allow. A token that allows all that the roles do
    /// gives what its session has, so that its keys go on with roles that are given more.
    private func limit(of person: Principal.Person, asking scope: Scope) async throws -> Scope? {
        let live = try await sessions.live(person.session, of: person.user, in: person.organization)
        guard let live else { throw Problem(.invalidToken, detail: "the session has ended") }
        return live.person.permissions.isWithin(scope) ? live.session.scope : scope
    }

    /// A page of the person's keys, newest first.
    func list(_ query: APIKeyQuery, of person: Principal.Person) async throws -> Page<APIKey> {
        let limit = query.limit ?? APIKeyQuery.mostKeys
        let before = try query.cursor.map { try ListCursor.read($0, APIKeyID.init) }
        let keys = try await APIKeyStore.list(of: person.user, before: before, limit: limit + 1, in: database.as(person.organization))
        return Page(keys.map(\.answer), limit: limit) { $0.id.description }
    }

    /// Ends the key and what was given for it.
    func revoke(_ id: APIKeyID, of person: Principal.Person) async throws {
        try await refuseKeys(person)
        guard let key = try await APIKeyStore.find(id, of: person.user, in: database.as(person.organization)) else {
            throw Problem(.notFound)
        }
        // The session first: a row without a session gives no token, a session without a row would go on.
        try await sessions.end(Principal.Person(user: key.user, organization: key.organization, session: key.session))
        try await APIKeyStore.delete(id, in: database.as(person.organization))
    }

    /// A key that was stolen is not to make others that outlive it.
    private func refuseKeys(_ person: Principal.Person) async throws {
        if try await APIKeyStore.owns(person.session, in: database.as(person.organization)) {
            throw Problem(.permissionDenied, detail: "API keys are managed by their owner, not by an API key")
        }
    }

    /// An access token for a key, which does not outlive it. A problem 404 when it is none, has ended, or its owner is suspended: a 401
    /// would be about the token of the service that asks.
    func exchange(_ text: String) async throws -> OAuthToken {
        guard let secret = APIKeySecret(text), let key = try await APIKeyStore.find(secret.hash, in: database.acrossTenants()),
            let lifetime = lifetime(of: key), let live = try await sessions.live(key.session, of: key.user, in: key.organization)
        else { throw Problem(.notFound, detail: "there is no such API key") }
        let scope = try ScopeRule.person(permissions: live.person.permissions, session: live.session.scope, requested: nil)
        let token = try issuer.token(for: live.person, session: key.session, clientID: Self.clientID, scope: scope, lifetime: lifetime)
        try await APIKeyStore.touch(key.id, now: now, in: database.as(key.organization))
        return OAuthToken(accessToken: token, expiresIn: lifetime, scope: scope.text)
    }

    /// For how many seconds a token of a key holds; nil when the key has ended.
    private func lifetime(of key: APIKeyStore.Record) -> Int? {
        guard let end = key.expiresAt else { return TokenLifetimes.access }
        let seconds = (end.microseconds - now.microseconds) / 1_000_000
        return seconds > 0 ? min(TokenLifetimes.access, Int(seconds)) : nil
    }

    private var now: Timestamp { Timestamp(microseconds: loop.wallClock) }
}
