internal import ServiceKit
internal import WireProtocol

/// What other services ask auth for, auth's own verifier takes from the tables.
final class LocalAuthority: TokenAuthority {
    private let signingKeys: SigningKeyService
    private let revocationService: RevocationService

    init(keys: SigningKeyService, revocations: RevocationService) {
        signingKeys = keys
        revocationService = revocations
    }

    func keys() async throws -> JSONWebKeySet { try signingKeys.published }

    func revocations(after cursor: String?) async throws -> RevocationPage {
        try await revocationService.page(after: cursor, limit: RevocationService.usualPage)
    }
}
