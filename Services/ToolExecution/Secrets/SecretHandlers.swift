internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// Secrets over HTTP.
struct SecretHandlers {
    let secrets: SecretService

    func mount(on routes: ServiceRoutes) {
        routes.on(SecretsAPI.createSecret, create)
        routes.on(SecretsAPI.listSecrets, list)
        routes.on(SecretsAPI.deleteSecret, delete)
    }

    private func create(_ request: CreateSecret, _ context: RequestContext) async throws -> Reply<Secret> {
        let (secret, isReplayed) = try await secrets.create(
            request, idempotencyKey: context.idempotency?.key, of: context.person())
        return .json(secret, fields: isReplayed ? ["idempotent-replayed": "true"] : [:])
    }

    private func list(_ page: PageQuery, _ context: RequestContext) async throws -> Reply<Page<Secret>> {
        let page = try await secrets.list(page, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    private func delete(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await secrets.delete(context.id(), of: context.person())
        return .empty
    }
}
