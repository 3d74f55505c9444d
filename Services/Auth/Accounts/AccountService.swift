internal import EventLoop
internal import PostgresClient
internal import ServiceKit
internal import WireProtocol

/// Makes accounts and knows people by their passwords.
final class AccountService {
    private let loop: EventLoop
    private let database: PostgresClient
    private let passwords: PasswordHasher
    private let sessions: SessionService

    /// What the role of a newcomer is in the organisation that is made for them.
    private static let firstRole = "creator"

    init(loop: EventLoop, database: PostgresClient, passwords: PasswordHasher, sessions: SessionService) {
        self.loop = loop
        self.database = database
        self.passwords = passwords
        self.sessions = sessions
    }

    /// Makes an account with an organisation of its own and begins a session, all in one transaction. For a request that came before under the same
    /// key it begins another session of the account.
    ///
    /// - Parameter key: Under which the request may be sent again.
    func register(_ request: Registration, under key: String?) async throws -> (credentials: SessionCredentials, isReplayed: Bool) {
        let (email, displayName) = try check(request)
        let key = key.map { RegistrationKey($0, email: email, displayName: displayName) }
        if let credentials = try await replay(key, email, password: request.password) { return (credentials, true) }
        let hash = try await passwords.hash(request.password, on: loop)
        let account = NewAccount(
            userID: UserID(loop.makeID()), organizationID: OrganizationID(loop.makeID()), email: email, displayName: displayName,
            passwordHash: hash, role: AccountService.firstRole)
        do {
            let credentials = try await database.as(account.organizationID).transaction { [sessions] transaction in
                try await AccountStore.insert(account, in: transaction)
                if let key { try await RegistrationStore.insert(key, of: account, in: transaction) }
                guard let person = try await AccountStore.person(account.userID, in: transaction) else { throw Problem(.internalError) }
                return try await sessions.begin(for: person, clientID: ClientRegistry.firstParty, scope: nil, in: transaction)
            }
            return (credentials, false)
        } catch let error as PostgresError where error.constraint == AccountStore.uniqueEmail {
            // The same request may have been carried out meanwhile.
            guard let credentials = try await replay(key, email, password: request.password) else { throw Problem(.emailTaken) }
            return (credentials, true)
        }
    }

    /// A session for who made the account under the key; nil: nobody did. A problem 422 when it was made with something else.
    private func replay(_ key: RegistrationKey?, _ email: EmailAddress, password: String) async throws -> SessionCredentials? {
        guard let key,
            let fingerprint = try await RegistrationStore.fingerprint(of: key.key, emailKey: email.key, in: database.acrossTenants())
        else { return nil }
        guard fingerprint == key.fingerprint else { throw Problem(.idempotencyKeyReused) }
        let person: PersonRecord
        do { person = try await authenticate(email: email.text, password: password) } catch let problem as Problem
            where problem.code == .invalidCredentials
        {
            throw Problem(.idempotencyKeyReused)
        }
        return try await sessions.begin(for: person, clientID: ClientRegistry.firstParty, scope: nil)
    }

    /// Forgets the keys of registrations that nobody sends again.
    func prune() async throws { try await RegistrationStore.purge(database.acrossTenants()) }

    /// The person of an address and a password. For an address that nobody has, the answer and its time are those of a wrong password.
    func authenticate(email: String, password: String) async throws -> PersonRecord {
        let person: PersonRecord? =
            if let email = EmailAddress(email) {
                try await AccountStore.person(emailKey: email.key, in: database.acrossTenants())
            } else { nil }
        let matches = try await passwords.verify(password, against: person?.passwordHash, on: loop)
        guard matches, let person else { throw Problem(.invalidCredentials) }
        guard !person.isSuspended else { throw Problem(.userSuspended) }
        return person
    }

    /// Who asks.
    func user(_ asking: Principal.Person) async throws -> User {
        let person = try await AccountStore.person(asking.user, in: database.as(asking.organization))
        guard let person else { throw Problem(.invalidToken, detail: "the account is gone") }
        return person.user
    }

    private func check(_ request: Registration) throws -> (EmailAddress, String) {
        var errors: [FieldError] = []
        let email = EmailAddress(request.email)
        if email == nil { errors.append(FieldError(pointer: "/email", detail: "is not an e-mail address")) }
        if let email, let objection = PasswordPolicy.objection(to: request.password, email: email) {
            errors.append(FieldError(pointer: "/password", detail: objection))
        }
        let displayName = DisplayName.normalized(request.displayName)
        if displayName == nil { errors.append(FieldError(pointer: "/display_name", detail: "must have visible characters and no others")) }
        guard let email, let displayName, errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
        return (email, displayName)
    }
}
