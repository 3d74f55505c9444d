internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// API keys over HTTP.
struct APIKeyHandlers {
    let keys: APIKeyService

    func create(_ request: CreateAPIKey, _ context: RequestContext) async throws -> Reply<CreatedAPIKey> {
        .json(try await keys.create(request, for: context.person()), fields: SessionCredentials.fields)
    }

    func list(_: NoContent, _ context: RequestContext) async throws -> Reply<APIKeys> {
        .json(APIKeys(data: try await keys.list(of: context.person())))
    }

    func revoke(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await keys.revoke(context.id(), of: context.person())
        return .empty
    }

    func exchange(_ request: ExchangeAPIKey, _ context: RequestContext) async throws -> Reply<OAuthToken> {
        .json(try await keys.exchange(request.secret), fields: SessionCredentials.fields)
    }
}
