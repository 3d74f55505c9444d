internal import HTTPMessage
internal import ServiceKit
internal import WireProtocol

/// API keys over HTTP.
struct APIKeyHandlers {
    let keys: APIKeyService

    func create(_ request: CreateAPIKey, _ context: RequestContext) async throws -> Reply<CreatedAPIKey> {
        let owner = try Self.owner(context)
        return .json(try await keys.create(request, for: owner.person, within: owner.scope), fields: SessionCredentials.fields)
    }

    func list(_ query: APIKeyQuery, _ context: RequestContext) async throws -> Reply<Page<APIKey>> {
        let page = try await keys.list(query, of: context.person())
        return .json(page, fields: PageLink.fields(context, next: page.nextCursor))
    }

    func revoke(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        try await keys.revoke(context.id(), of: Self.owner(context).person)
        return .empty
    }

    func exchange(_ request: ExchangeAPIKey, _ context: RequestContext) async throws -> Reply<OAuthToken> {
        .json(try await keys.exchange(request.secret), fields: SessionCredentials.fields)
    }

    /// The person who manages keys, and what the token allows that they ask with. Nobody else does that in their name: a key lasts.
    private static func owner(_ context: RequestContext) throws -> (person: Principal.Person, scope: Scope) {
        let person = try context.person()
        guard let principal = context.principal, principal.actor == nil else {
            throw Problem(.permissionDenied, detail: "a service that acts for a person manages no API keys")
        }
        return (person, Scope(principal.scopes))
    }
}
