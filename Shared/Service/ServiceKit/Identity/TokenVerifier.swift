internal import Cryptography
package import EventLoop
internal import WireProtocol

/// Turns access tokens into principals: the signature by the issuer's keys, the times, and what was revoked.
///
/// One for each loop. Verified tokens are remembered until they end, those that are in use before others; revocations are looked at on every request, after
/// that memory. When the authority has not answered for ten seconds nobody can tell what was revoked, and everything is refused with 503.
package final class TokenVerifier {
    private let loop: EventLoop
    private let authority: any TokenAuthority
    private let issuer: String
    private let audience: String
    private var verifier: JWTVerifier?
    private var keysFetchedAt: Instant?
    private var fetchingKeys: LoopTask<Void>?
    private var revocations = RevocationList()
    private var cursor: String?
    private var lastPoll: Instant?
    /// Why the authority could not be asked, since it last answered.
    private var lastFailure: String?
    private let polled: Signal
    private var known = RecentCache<VerifiedToken, Principal>(capacity: memorySize)

    private static let memorySize = 20_000
    private static let pollInterval = Duration.seconds(1)
    private static let firstPollInterval = Duration.milliseconds(50)
    private static let longestSilence = Duration.seconds(10)
    private static let keyLifetime = Duration.seconds(300)
    /// An unknown key id asks for the keys anew, but not more often than this, whatever strangers send.
    private static let keyFetchInterval = Duration.seconds(2)

    package init(loop: EventLoop, authority: any TokenAuthority, issuer: String, audience: String) {
        self.loop = loop
        self.authority = authority
        self.issuer = issuer
        self.audience = audience
        polled = Signal(on: loop)
    }

    /// Polls the revocations each second until cancelled.
    package func run() async throws {
        while true {
            do { try await poll() } catch is CancellationError { throw CancellationError() } catch { lastFailure = "\(error)" }
            // At the start auth may come up a moment later than those who ask it.
            try await loop.sleep(for: lastPoll == nil ? Self.firstPollInterval : Self.pollInterval)
        }
    }

    /// Whether the authority has answered lately.
    package var isFresh: Bool {
        guard let lastPoll else { return false }
        return loop.now - lastPoll < Self.longestSilence
    }

    /// Throws, for a report of health, why the authority has not answered lately; a problem 503.
    package func requireFresh() throws {
        guard !isFresh else { return }
        let reason = lastFailure.map { ": " + $0 } ?? ""
        throw Problem(.unavailable, detail: "revocations have not been read for ten seconds" + reason)
    }

    /// Waits until the revocations have been fetched once, at most `duration`.
    package func waitUntilFresh(atMost duration: Duration) async throws {
        if !isFresh { try await polled.wait(atMost: duration) { [self] in !isFresh } }
    }

    /// The principal of a token. Throws a problem: 401 for a token that does not hold, 503 when that cannot be told.
    package func verify(_ token: String) async throws -> Principal {
        let bytes = Array(token.utf8)
        if let principal = try recall(bytes[...]) { return principal }
        let now = secondsNow
        let principal = try await verifySignature(token, now: now)
        // Who comes just after the start is not refused for what will be known in a moment.
        if lastPoll == nil { try await waitUntilFresh(atMost: Self.pollInterval) }
        let verified = VerifiedToken(bytes[...])
        known.store(principal, for: verified.copied)
        return try check(principal, verified, now: now)
    }

    /// The principal of a token whose signature has been verified before; nil when it has not. Throws as `verify` does.
    package func recall(_ token: ArraySlice<UInt8>) throws -> Principal? {
        guard token.count <= JWTVerifier.longestToken else { throw Problem(.invalidToken) }
        let token = VerifiedToken(token)
        guard let principal = known.value(for: token) else { return nil }
        return try check(principal, token, now: secondsNow)
    }

    private var secondsNow: Int { Int(loop.wallClock / 1_000_000) }

    /// What may have changed since the signature was verified.
    private func check(_ principal: Principal, _ token: VerifiedToken, now: Int) throws -> Principal {
        guard principal.expiresAt > now else {
            known.remove(token)
            throw Problem(.expiredToken)
        }
        guard isFresh else { throw Problem(.unavailable, detail: "revocations cannot be checked at the moment") }
        guard !revocations.contains(principal) else { throw Problem(.invalidToken, detail: "the session has ended") }
        return principal
    }

    private func verifySignature(_ token: String, now: Int) async throws -> Principal {
        if verifier == nil || keysFetchedAt.map({ loop.now - $0 > Self.keyLifetime }) ?? true { try await fetchKeys() }
        do {
            return try principal(token, now: now)
        } catch JWTError.unknownKey {
            guard let keysFetchedAt, loop.now - keysFetchedAt > Self.keyFetchInterval else { throw Problem(.invalidToken) }
            try await fetchKeys()
        } catch let error as JWTError {
            throw Problem(error == .expired ? .expiredToken : .invalidToken)
        }
        do { return try principal(token, now: now) } catch is JWTError { throw Problem(.invalidToken) }
    }

    private func principal(_ token: String, now: Int) throws -> Principal {
        guard let verifier else { throw Problem(.unavailable, detail: "the keys of the issuer are not known yet") }
        let claims = try verifier.verify(token, as: AccessTokenClaims.self, now: now)
        guard let principal = Principal(claims) else { throw JWTError.invalidClaims }
        return principal
    }

    /// Fetches the keys once, however many wait for them. Old keys go on being used while the authority cannot be reached.
    private func fetchKeys() async throws {
        let task =
            fetchingKeys
            ?? loop.spawn { [self] in
                defer { fetchingKeys = nil }
                let set = try await authority.keys()
                var keys: [String: JWTVerificationKey] = [:]
                for key in set.keys { keys[key.kid] = key.verificationKey }
                verifier = JWTVerifier(keys: keys, type: "at+jwt", issuer: issuer, audience: audience, leeway: 5)
                keysFetchedAt = loop.now
            }
        fetchingKeys = task
        do {
            try await task.value
        } catch {
            guard verifier != nil else { throw Problem(.unavailable, detail: "the keys of the issuer cannot be fetched") }
        }
    }

    private func poll() async throws {
        while true {
            let page = try await authority.revocations(after: cursor)
            for revocation in page.data { revocations.add(revocation) }
            cursor = page.cursor
            if !page.hasMore { break }
        }
        revocations.forget(before: Int(loop.wallClock / 1_000_000))
        lastPoll = loop.now
        lastFailure = nil
        polled.notify()
    }
}
