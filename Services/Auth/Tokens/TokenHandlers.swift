internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// The OAuth 2 token endpoint.
struct TokenHandlers {
    let tokens: TokenService

    func issue(_ request: TokenRequest, _ context: RequestContext) async throws -> Reply<OAuthToken> {
        let credentials = try ClientCredentials.of(authorization: context.request.fields[.authorization], form: request)
        return .json(try await tokens.issue(request, to: credentials), fields: SessionCredentials.fields)
    }
}
