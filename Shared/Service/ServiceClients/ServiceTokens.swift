package import EventLoop
package import HTTPClient
internal import JSON
internal import ServiceKit
internal import Telemetry
package import WireProtocol

/// The tokens with which a service calls others: its own, and those by which it acts for people. Kept until shortly before they end,
/// a delegated one for five minutes at most, so that a suspended person's work stops soon.
package final class ServiceTokens {
    private struct Held {
        let token: String
        let until: Instant
    }

    private let loop: EventLoop
    private let clientID: String
    private let clientSecret: String
    private var auth: ServiceClient
    private var ownToken: Held?
    private var fetchingOwn: LoopTask<String>?
    private var delegatedTokens = RecentCache<DelegationSubject, Held>(capacity: 10_000)
    private var fetchingDelegated: [DelegationSubject: LoopTask<String>] = [:]

    private static let longestDelegation = Duration.seconds(300)
    private static let margin = Duration.seconds(60)

    package init(loop: EventLoop, caller: any HTTPCaller, auth origin: HTTPOrigin, clientID: ServiceName, clientSecret: String) {
        self.loop = loop
        self.clientID = clientID.rawValue
        self.clientSecret = clientSecret
        auth = ServiceClient(loop: loop, caller: caller, origin: origin, tokens: nil, name: .auth)
    }

    /// A token of this service for itself. Several who ask at once wait for one answer.
    package func own(from call: CallOrigin) async throws -> String {
        if let held = ownToken, held.until > loop.now { return held.token }
        let task =
            fetchingOwn
            ?? loop.spawn { [self] in
                defer { fetchingOwn = nil }
                let request = TokenRequest(grantType: .clientCredentials, clientID: clientID, clientSecret: clientSecret)
                let answer = try await issue(request, from: call)
                ownToken = Held(token: answer.accessToken, until: loop.now + (.seconds(answer.expiresIn) - Self.margin))
                return answer.accessToken
            }
        fetchingOwn = task
        return try await task.value
    }

    /// A token by which this service acts for a person. Several who ask for one person at once wait for one answer.
    /// Throws `delegation_refused` when the person was suspended or the session has ended.
    package func delegated(_ subject: DelegationSubject, from call: CallOrigin) async throws -> String {
        if let held = delegatedTokens.value(for: subject), held.until > loop.now { return held.token }
        let task =
            fetchingDelegated[subject]
            ?? loop.spawn { [self] in
                defer { fetchingDelegated[subject] = nil }
                return try await exchange(subject, from: call)
            }
        fetchingDelegated[subject] = task
        return try await task.value
    }

    private func exchange(_ subject: DelegationSubject, from call: CallOrigin) async throws -> String {
        let request = TokenRequest(
            grantType: .tokenExchange, clientID: clientID, clientSecret: clientSecret,
            subjectToken: String(decoding: try JSONCodec.encode(subject), as: UTF8.self), subjectTokenType: .verifiedClaims)
        let answer = try await issue(request, from: call)
        let lifetime = min(.seconds(answer.expiresIn) - Self.margin, Self.longestDelegation)
        delegatedTokens.store(Held(token: answer.accessToken, until: loop.now + lifetime), for: subject)
        return answer.accessToken
    }

    /// Forgets the token of a call that was refused: the key that signed it may be gone long before its end.
    func forget(_ identity: CallIdentity) {
        switch identity {
        case .service: ownToken = nil
        case .delegated(let subject): delegatedTokens.remove(subject)
        case .anonymous, .bearer: break
        }
    }

    private func issue(_ request: TokenRequest, from call: CallOrigin) async throws -> OAuthToken {
        do {
            return try await auth.call(AuthAPI.token, request, as: .anonymous, from: call, timeout: .seconds(10))
        } catch let error as OAuthError {
            if let code = error.code { throw Problem(code, detail: error.errorDescription) }
            throw Problem(.unavailable, detail: "auth refused this service: \(error.error.rawValue)")
        }
    }
}
