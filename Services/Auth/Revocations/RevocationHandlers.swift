internal import ServiceKit
internal import WireProtocol

/// What verifiers of tokens poll.
struct RevocationHandlers {
    let revocations: RevocationService

    func list(_ request: RevocationQuery, _ context: RequestContext) async throws -> Reply<RevocationPage> {
        .json(try await revocations.page(after: request.after, limit: request.limit ?? RevocationService.usualPage))
    }
}
