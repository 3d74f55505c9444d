internal import HTTPClient
internal import HTTPMessage

/// What the failures of a provider mean. Its own words are passed on only where they are about the request, which its author can change: otherwise they
/// are about the account or the machine, and quote the key.
extension ModelCallError {
    /// An answer that is no success.
    init(status: HTTPStatus, _ failure: ProviderFailure, retryAfter: Duration?) {
        switch status.code {
        case 401, 403:
            self = .refused("The model's provider does not accept the API key (\(status.code)).")
        case 429 where failure.isQuota: self = .refused("The account at the model's provider is used up.")
        case 429: self = .unavailable("The model's provider is asked too often\(failure.name).", retryAfter: retryAfter)
        case 408, 409, 425, 500...:
            self = .unavailable("The model's provider answered \(status.code)\(failure.name).", retryAfter: retryAfter)
        case 400, 404, 413, 422: self = .refused("The model's provider answered \(status.code)\(failure.saying)")
        default: self = .refused("The model's provider answered \(status.code)\(failure.name).")
        }
    }

    /// A failure in the middle of a stream.
    init(_ failure: ProviderFailure) {
        if failure.isAboutRequest {
            self = .refused("The model's provider gave up\(failure.saying)")
        } else {
            let detail = "The model's provider gave up\(failure.name)."
            self = failure.isFinal ? .refused(detail) : .unavailable(detail, retryAfter: nil)
        }
    }

    /// The call did not come through.
    init(_ error: HTTPClientError) {
        let detail: String
        switch error {
        case .connectFailed, .shutDown, .transportFailed: detail = "The model's provider cannot be reached."
        case .overloaded: detail = "Too many calls wait for the model's provider."
        case .timedOut(.connection): detail = "The model's provider could not be reached in time."
        case .timedOut: detail = "The model's provider said nothing for too long."
        case .closedBeforeResponse, .closedWithinResponse: detail = "The model's answer broke off."
        case .malformedResponse, .bodyTooLarge: detail = "The model's provider sent what cannot be read."
        case .invalidRequest, .requestBodyFailed:
            self = .refused("The call of the model cannot be sent.")
            return
        }
        self = .unavailable(detail, retryAfter: nil)
    }
}

/// The field `Retry-After` (RFC 9110, 10.2.3).
enum RetryAfter {
    private static let longest = 3600

    /// Seconds or a date, at most an hour; nil for anything else.
    static func parse(_ text: String, wallClock microseconds: Int64) -> Duration? {
        if let seconds = Int(text) { return seconds < 0 ? nil : .seconds(min(seconds, longest)) }
        guard let date = HTTPDate.parse(text) else { return nil }
        return .seconds(min(max(0, date - Int(microseconds / 1_000_000)), longest))
    }
}
