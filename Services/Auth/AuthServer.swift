package import EventLoop
internal import PostgresClient
package import ServiceKit
internal import WireProtocol

/// The auth service on one loop: everything is made and connected here, top to bottom.
package enum AuthServer {
    /// Serves until the runtime is asked to stop.
    ///
    /// - Parameter listening: Told the address, once it is known.
    package static func serve(
        _ configuration: AuthConfiguration, _ runtime: ServiceRuntime, listening: (SocketAddress) -> Void = { _ in }
    ) async throws {
        let loop = runtime.loop
        let database = configuration.database.makeClient(on: loop, loops: runtime.loopCount)
        defer { database.close() }
        let keyring = try configuration.masterKeys.keyring()
        let signingKeys = SigningKeyService(loop: loop, database: database, keyring: keyring, log: runtime.log)
        let revocations = RevocationService(loop: loop, database: database)
        let verifier = TokenVerifier(
            loop: loop, authority: LocalAuthority(keys: signingKeys, revocations: revocations), issuer: configuration.issuer,
            audience: configuration.audience)

        let issuer = AccessTokenIssuer(loop: loop, keys: signingKeys, issuer: configuration.issuer, audience: configuration.audience)
        let sessions = SessionService(loop: loop, database: database, issuer: issuer)
        let passwords = PasswordHasher(cost: configuration.passwordCost, capacity: configuration.passwordCapacity)
        let accounts = AccountService(loop: loop, database: database, passwords: passwords, sessions: sessions)
        let tokens = TokenService(clients: configuration.clients, accounts: accounts, sessions: sessions, issuer: issuer)
        let apiKeys = APIKeyService(loop: loop, database: database, sessions: sessions, issuer: issuer)
        let housekeeping = Housekeeping(accounts: accounts, sessions: sessions, revocations: revocations)

        let accountHandlers = AccountHandlers(accounts: accounts, sessions: sessions)
        let sessionHandlers = SessionHandlers(sessions: sessions)
        let tokenHandlers = TokenHandlers(tokens: tokens)
        let signingKeyHandlers = SigningKeyHandlers(keys: signingKeys, metadata: .make(issuer: configuration.issuer))
        let apiKeyHandlers = APIKeyHandlers(keys: apiKeys)
        let revocationHandlers = RevocationHandlers(revocations: revocations)

        let routes = ServiceRoutes(loop: loop, verifier: verifier, log: runtime.log, metrics: runtime.metrics)
        routes.on(AuthAPI.register, accountHandlers.register)
        routes.on(AuthAPI.logIn, accountHandlers.logIn)
        routes.on(AuthAPI.me, accountHandlers.me)
        routes.on(AuthAPI.refresh, sessionHandlers.refresh)
        routes.on(AuthAPI.logOut, sessionHandlers.logOut)
        routes.on(AuthAPI.token, translating: OAuthError.standing, tokenHandlers.issue)
        routes.on(AuthAPI.keys, signingKeyHandlers.list)
        routes.on(AuthAPI.discovery, signingKeyHandlers.describe)
        routes.on(AuthAPI.revocations, revocationHandlers.list)
        routes.on(APIKeyAPI.create, apiKeyHandlers.create)
        routes.on(APIKeyAPI.list, apiKeyHandlers.list)
        routes.on(APIKeyAPI.revoke, apiKeyHandlers.revoke)
        routes.on(APIKeyAPI.exchange, apiKeyHandlers.exchange)

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("signing_keys", isEssential: true) { _ = try signingKeys.signer() }
        runtime.health.add("revocations", isEssential: true) { try verifier.requireFresh() }
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        var background = [signingKeys.run, verifier.run]
        if runtime.loopIndex == 0 { background.append(runtime.repeating(every: Housekeeping.interval, housekeeping.tidy)) }
        try await runtime.serve(routes.handle, background: background, listening: listening)
    }
}
