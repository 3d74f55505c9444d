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

    private enum Client: Hashable {
        case person(UserID)
        case address(String)
        case login(String)
    }

    private let loop: EventLoop
    private let requestsPerMinute: Int
    private let loginsPerMinute: Int
    private var buckets: [Client: Bucket] = [:]

    private static let memorySize = 100_000

    init(loop: EventLoop, requestsPerMinute: Int, loginsPerMinute: Int) {
        self.loop = loop
        self.requestsPerMinute = requestsPerMinute
        self.loginsPerMinute = loginsPerMinute
    }

    /// Throws an answer 429 when the limit is reached.
    func admit(_ context: RequestContext, isLogin: Bool) throws {
        if isLogin, loginsPerMinute > 0 { try take(.login(address(of: context)), limit: loginsPerMinute) }
        guard requestsPerMinute > 0 else { return }
        if case .user(let user, _, _)? = context.principal?.subject {
            try take(.person(user), limit: requestsPerMinute)
        } else {
            try take(.address(address(of: context)), limit: requestsPerMinute)
        }
    }

    private func address(of context: RequestContext) -> String { context.request.remoteAddress?.host ?? "" }

    private func take(_ client: Client, limit: Int) throws {
        let perSecond = Double(limit) / 60
        var bucket = buckets[client] ?? Bucket(tokens: Double(limit), filledAt: loop.now)
        bucket.tokens = min(Double(limit), bucket.tokens + (loop.now - bucket.filledAt).seconds * perSecond)
        bucket.filledAt = loop.now
        defer { store(bucket, client) }
        guard bucket.tokens >= 1 else {
            throw RateLimited(limit: limit, waitSeconds: Int(((1 - bucket.tokens) / perSecond).rounded(.up)))
        }
        bucket.tokens -= 1
    }

    private func store(_ bucket: Bucket, _ client: Client) {
        if buckets[client] == nil, buckets.count >= Self.memorySize {
            // Whoever has been silent for a minute has a full bucket again, and needs none.
            buckets = buckets.filter { (loop.now - $0.value.filledAt) < .seconds(60) }
            if buckets.count >= Self.memorySize { buckets.removeAll() }
        }
        buckets[client] = bucket
    }
}

/// 429 with the fields of the RateLimit draft.
private struct RateLimited: AnsweringError {
    let limit: Int
    let waitSeconds: Int

    var answer: HTTPServerResponse {
        let seconds = max(1, waitSeconds)
        return ProblemAnswer.make(
            Problem(.rateLimited, detail: "at most \(limit) requests a minute"),
            fields: [
                .retryAfter: String(seconds), "ratelimit": "\"minute\";r=0;t=\(seconds)", "ratelimit-policy": "\"minute\";q=\(limit);w=60",
            ])
    }
}
