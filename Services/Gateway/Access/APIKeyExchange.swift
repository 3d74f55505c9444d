internal import Cryptography
internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceClients
internal import ServiceKit
internal import WireProtocol

/// Exchanges the API key of a request for the access token that goes on to the services. Behind the gateway there are only tokens.
final class APIKeyExchange {
    private struct Token {
        let text: String
        let until: Instant
    }

    private let loop: EventLoop
    private let auth: ServiceClient
    private let rateLimit: RateLimit
    // By the hash of the key's digits: what lies in memory is no key. Refusals are kept apart, for strangers cause as many as they like.
    private var tokens = RecentCache<SHA256Digest, Token>(capacity: 10_000)
    private var refusedUntil = RecentCache<SHA256Digest, Instant>(capacity: 10_000)
    private var asking: [SHA256Digest: LoopTask<String?>] = [:]

    /// A token of a key that was revoked is refused at once, as that of a log-in is.
    private static let longestMemory = 300
    /// How soon a new key works that was tried before it was made.
    private static let refusalMemory = Duration.seconds(5)
    private static let headerName: HTTPFieldName = "x-api-key"

    init(loop: EventLoop, auth: ServiceClient, rateLimit: RateLimit) {
        self.loop = loop
        self.auth = auth
        self.rateLimit = rateLimit
    }

    /// Makes the request with a token in its key's place, or, where nobody asks who it is, without the key; nil when it has none.
    func rewriting(_ context: RequestContext, for endpoint: EndpointDescription) -> ServiceRoutes.Rewriting? {
        guard let key = Self.key(of: context.request.fields) else { return nil }
        return { try await self.rewritten(context, with: key, for: endpoint) }
    }

    /// Throws a problem 401 when the key is none, and an answer 429 when an address comes with too many new ones.
    private func rewritten(_ context: RequestContext, with key: ArraySlice<UInt8>, for endpoint: EndpointDescription) async throws
        -> HTTPServerRequest
    {
        var head = context.request.head
        head.fields.removeAll(Self.headerName)
        head.fields.removeAll(.authorization)
        if endpoint.authorization != .public {
            guard let token = try await token(for: key, context) else {
                throw Problem(.invalidToken, detail: "the API key is not valid")
            }
            head.fields.append(.authorization, "Bearer " + token)
        }
        return context.request.replacing(head: head)
    }

    private static func key(of fields: HTTPFields) -> ArraySlice<UInt8>? {
        if let key = fields.valueBytes(of: headerName) { return key }
        guard let token = fields.valueBytes(of: .authorization).flatMap(BearerToken.parse), APIKeyFormat.isIntended(by: token) else {
            return nil
        }
        return token
    }

    private func token(for key: ArraySlice<UInt8>, _ context: RequestContext) async throws -> String? {
        guard let digits = APIKeyFormat.digits(of: key) else { return nil }
        let hash = SHA256.digest(of: Array(digits))
        if let token = tokens.value(for: hash), token.until > loop.now { return token.text }
        if let until = refusedUntil.value(for: hash), until > loop.now { return nil }
        if let asked = asking[hash] { return try await asked.value }
        try rateLimit.admitSecret(context)
        let secret = String(decoding: key, as: UTF8.self)
        let call = CallOrigin(context)
        let asked = loop.spawn { [self] in
            defer { asking[hash] = nil }
            return try await exchange(secret, hash, call)
        }
        asking[hash] = asked
        return try await asked.value
    }

    private func exchange(_ secret: String, _ hash: SHA256Digest, _ call: CallOrigin) async throws -> String? {
        let start = loop.now
        do {
            let answer: OAuthToken = try await auth.call(APIKeyAPI.exchange, ExchangeAPIKey(secret: secret), as: .service, from: call)
            let seconds = min(Self.longestMemory, answer.expiresIn)
            tokens.store(Token(text: answer.accessToken, until: start + .seconds(seconds)), for: hash)
            return answer.accessToken
        } catch let problem as Problem where problem.code == .notFound {
            refusedUntil.store(loop.now + Self.refusalMemory, for: hash)
            return nil
        } catch let problem as Problem where problem.status == 401 {
            // The gateway's own token, which the next question comes without.
            throw Problem(.unavailable, detail: "API keys cannot be checked at the moment")
        }
    }
}
