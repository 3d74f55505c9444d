internal import HTTPMessage

/// API keys: lasting secrets by which programs of a person ask in that person's name.
package enum APIKeyAPI {
    /// Makes a key; only this answer has the secret.
    package static let create = Endpoint<CreateAPIKey, CreatedAPIKey>(
        .post, "/api/v1/api-keys", name: "createAPIKey", owner: .auth, summary: "Make an API key", auth: .authenticated,
        replays: false, success: [.created], problems: [.quotaExceeded])

    /// The caller's keys, newest first.
    package static let list = Endpoint<APIKeyQuery, Page<APIKey>>(
        .get, "/api/v1/api-keys", name: "listAPIKeys", owner: .auth, summary: "List my API keys", auth: .authenticated)

    /// Ends a key, and every token that was given for it.
    package static let revoke = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/api-keys/{id}", name: "revokeAPIKey", owner: .auth, summary: "Revoke an API key", auth: .authenticated,
        parameters: [.id(APIKeyID.self)], success: [.noContent])

    /// An access token for a key; 404 when it is none.
    package static let exchange = Endpoint<ExchangeAPIKey, OAuthToken>(
        .post, "/internal/v1/api-keys/exchange", name: "exchangeAPIKey", owner: .auth, summary: "Exchange an API key for a token",
        auth: .service(.tokensInspect), visibility: .internal, replays: false, problems: [.notFound])

    /// Every endpoint of API keys.
    package static let all: [EndpointDescription] = [create.description, list.description, revoke.description, exchange.description]
}
