package import ServiceKit
internal import WireProtocol

/// Every setting of the auth service.
package struct AuthConfiguration: Sendable {
    /// Where it listens, and how it logs and stops.
    package let process: ProcessConfiguration
    /// Where its tables are.
    package let database: DatabaseConfiguration
    /// The `iss` of access tokens: where clients reach the installation.
    package let issuer: String
    /// The `aud` of access tokens.
    package let audience: String
    /// Seals the private halves of the signing keys.
    package let masterKeys: MasterKeys
    /// The services that may ask for tokens.
    package let clients: ClientRegistry
    /// bcrypt's cost of new password hashes.
    package let passwordCost: Int
    /// How many passwords may be hashed or wait for it at a time, on each loop.
    package let passwordCapacity: Int

    /// Reads the settings.
    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8081)
        database = DatabaseConfiguration(settings)
        issuer = settings.string("TOKEN_ISSUER", default: "http://127.0.0.1:8080", "Issuer of access tokens, the same in all services")
        audience = settings.string("TOKEN_AUDIENCE", default: "troupe", "Audience of access tokens, the same in all services")
        masterKeys = MasterKeys(settings)
        clients = AuthConfiguration.clients(settings)
        passwordCost = settings.int("PASSWORD_COST", default: 12, in: 4...16, "bcrypt cost of password hashes")
        passwordCapacity = settings.int(
            "PASSWORD_CAPACITY", default: 32, in: 1...1000, "Passwords that may be hashed or wait for it at a time, on each loop")
    }

    private static func clients(_ settings: Settings) -> ClientRegistry {
        let services: [ServiceName] = [.gateway, .agent, .toolExecution, .file, .simulation]
        return ClientRegistry(
            services.compactMap { service in
                let prefix = service.rawValue.uppercased().split(separator: "-").joined(separator: "_")
                return settings.optionalString("\(prefix)_SECRET", "SERVICE_SECRET of the \(service.rawValue) service", isSecret: true)
                    .map { RegisteredService(service, secret: $0) }
            })
    }
}
