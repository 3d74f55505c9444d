internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import WireProtocol

/// How often somebody may ask, as token buckets of one minute. Each loop counts for itself, so the limits of a process are those of a loop
/// times its loops at most.
final class RateLimit {
    private struct Bucket {
        var tokens: Double
        var filledAt: Instant
    }

    /// Who is counted.
    enum Client: Hashable {
        case person(UserID)
        case address(ClientAddress)
        case login(ClientAddress)
    }

    private let loop: EventLoop
    private let requestsPerMinute: Int
    private let loginsPerMinute: Int
    private let trustedProxies: Int
    /// Whoever is forgotten has been silent for longer than 50,000 others, and has a full bucket again.
    private var buckets = RecentCache<Client, Bucket>(capacity: 100_000)

    init(loop: EventLoop, _ configuration: GatewayConfiguration) {
        self.loop = loop
        requestsPerMinute = configuration.requestsPerMinute
        loginsPerMinute = configuration.loginsPerMinute
        trustedProxies = configuration.trustedProxies
    }

    /// Throws an answer 429 when the limit is reached.
    func admit(_ context: RequestContext, isLogin: Bool) throws {
        if isLogin { try admitSecret(context) }
        if requestsPerMinute > 0 { try take(client(of: context), limit: requestsPerMinute) }
    }

    /// Who asks: a person, or an address without a token.
    func client(of context: RequestContext) -> Client {
        if case .user(let user, _, _)? = context.principal?.subject { return .person(user) }
        return .address(address(of: context))
    }

    /// The same for who shows a secret that is yet to be checked, by which it could be guessed.
    func admitSecret(_ context: RequestContext) throws {
        if loginsPerMinute > 0 { try take(.login(address(of: context)), limit: loginsPerMinute) }
    }

    private func address(of context: RequestContext) -> ClientAddress {
        ClientAddress(
            peer: context.request.remoteAddress, forwardedFor: context.request.fields.combinedValue(of: .forwardedFor),
            trustedProxies: trustedProxies)
    }

    private func take(_ client: Client, limit: Int) throws {
        let perSecond = Double(limit) / 60
        var bucket = buckets.value(for: client) ?? Bucket(tokens: Double(limit), filledAt: loop.now)
        bucket.tokens = min(Double(limit), bucket.tokens + (loop.now - bucket.filledAt).seconds * perSecond)
        bucket.filledAt = loop.now
        defer { buckets.store(bucket, for: client) }
        guard bucket.tokens >= 1 else {
            let seconds = max(1, Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
            // The fields of the RateLimit draft.
            throw ProblemWithFields(
                Problem(.rateLimited, detail: "at most \(limit) requests a minute"),
                [
                    .retryAfter: String(seconds), "ratelimit": "\"minute\";r=0;t=\(seconds)",
                    "ratelimit-policy": "\"minute\";q=\(limit);w=60",
                ])
        }
        bucket.tokens -= 1
    }
}
