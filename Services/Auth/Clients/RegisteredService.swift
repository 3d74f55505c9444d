internal import Cryptography
package import WireProtocol

/// A service of the installation as a client of the token endpoint: its secret comes from the configuration, what it may do is fixed here.
package struct RegisteredService: Sendable {
    /// `client_id`, and the subject of tokens by which it acts for nobody.
    package let id: String
    /// What such a token allows.
    package let permissions: Set<Permission>
    let secretHash: SHA256Digest

    /// What a token allows on behalf of a person, besides what the person's does. Asking about tokens and for further ones stays out.
    var delegatedPermissions: Set<Permission> { permissions.subtracting([.tokensInspect, .tokensDelegate]) }

    /// Takes the name of the service and its secret.
    package init(_ service: ServiceName, secret: String) {
        id = service.rawValue
        secretHash = SHA256.digest(of: secret)
        permissions =
            switch service {
            case .agent: [.toolCalls, .tokensInspect, .tokensDelegate]
            case .toolExecution: [.artifacts, .tokensInspect, .tokensDelegate]
            case .simulation: [.tokensInspect, .tokensDelegate]
            case .gateway, .file: [.tokensInspect]
            case .auth, .unknown: []
            }
    }
}
