internal import Cryptography
package import WireProtocol

/// The clients that are known, and how they prove who they are.
package struct ClientRegistry: Sendable {
    /// What a person's program is when it says nothing: tokens must name a client (RFC 9068).
    package static let firstParty = "troupe"

    private let services: [String: RegisteredService]

    /// Takes the services that have a secret.
    package init(_ services: [RegisteredService]) {
        self.services = Dictionary(services.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Refuses with `invalid_client` an unknown id, a wrong or missing secret of a service, and a secret of a program that has none.
    package func authenticate(_ credentials: ClientCredentials?) throws(OAuthError) -> TokenClient {
        guard let credentials else { return .public(id: ClientRegistry.firstParty) }
        if let service = services[credentials.id] {
            // Digests are compared in constant time, and of equal length whatever was sent.
            guard let secret = credentials.secret, SHA256.digest(of: secret) == service.secretHash else { throw ClientRegistry.refusal }
            return .service(service)
        }
        guard credentials.id == ClientRegistry.firstParty, credentials.secret == nil else { throw ClientRegistry.refusal }
        return .public(id: credentials.id)
    }

    private static var refusal: OAuthError { OAuthError(error: .invalidClient, errorDescription: "unknown client or wrong secret") }
}
