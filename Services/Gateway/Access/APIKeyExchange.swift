internal import Cryptography
internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Exchanges the API key of a request for the access token that goes on to the services. Behind the gateway there are only tokens.
final class APIKeyExchange {
    private struct Known {
        /// Nil: no key.
        var token: String?
        var until: Instant
    }

    private let loop: EventLoop
    private let auth: ServiceClient
    /// By the key's hash: what lies in memory is no key.
    private var known: [SHA256Digest: Known] = [:]

    /// A token of a key that was revoked is refused at once, as that of a log-in is; so this only says how soon a new key works.
    private static let tokenSeconds = 300
    private static let refusalSeconds = 5
    private static let mostKnown = 10_000
    private static let headerName: HTTPFieldName = "x-api-key"
    private static let schemes = ["Bearer trp_", "Bearer e2b_", "bearer trp_", "bearer e2b_"]

    init(loop: EventLoop, auth: ServiceClient) {
        self.loop = loop
        self.auth = auth
    }

    /// The request with the token in the key's place; throws a problem 401 when it is no key. One without a key stays as it is.
    func apply(to request: HTTPServerRequest) async throws -> HTTPServerRequest {
        guard let key = Self.key(of: request.fields) else { return request }
        guard let token = try await token(for: key) else { throw Problem(.invalidToken, detail: "the API key is not valid") }
        var head = request.head
        head.fields.removeAll(Self.headerName)
        head.fields.removeAll(.authorization)
        head.fields.append(.authorization, "Bearer " + token)
        return request.replacing(head: head)
    }

    private static func key(of fields: HTTPFields) -> String? {
        if fields.contains(headerName), let key = fields[headerName] { return key }
        guard let field = fields[.authorization], schemes.contains(where: field.hasPrefix) else { return nil }
        return String(field.dropFirst("Bearer ".count))
    }

    private func token(for key: String) async throws -> String? {
        let hash = SHA256.digest(of: key)
        if let known = known[hash], known.until > loop.now { return known.token }
        var token: String?
        do {
            let answer: OAuthToken = try await auth.call(
                APIKeyAPI.exchange, ExchangeAPIKey(secret: String(key.prefix(100))), as: .service,
                from: .background(on: loop))
            token = answer.accessToken
        } catch let problem as Problem where problem.code == .invalidToken {
            token = nil
        }
        if known.count >= Self.mostKnown {
            known = known.filter { $0.value.until > loop.now }
            if known.count >= Self.mostKnown { known.removeAll() }
        }
        known[hash] = Known(token: token, until: loop.now + .seconds(token == nil ? Self.refusalSeconds : Self.tokenSeconds))
        return token
    }
}
