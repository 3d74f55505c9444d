internal import Cryptography
internal import HTTPMessage
package import WireProtocol

/// `client_id` and `client_secret`, from HTTP Basic or from the form (RFC 6749, 2.3.1).
package struct ClientCredentials: Sendable, Equatable {
    /// Names the client.
    package let id: String
    /// Nil: the client claims no more than its name.
    package let secret: String?

    /// Nil when the request names no client. Both ways at once, or a header that cannot be read, are an `OAuthError`.
    package static func of(authorization: String?, form: TokenRequest) throws(OAuthError) -> ClientCredentials? {
        guard let authorization else {
            guard let id = form.clientID else {
                guard form.clientSecret == nil else { throw OAuthError(error: .invalidRequest, errorDescription: "client_id is missing") }
                return nil
            }
            return ClientCredentials(id: id, secret: form.clientSecret)
        }
        guard form.clientSecret == nil else {
            throw OAuthError(error: .invalidRequest, errorDescription: "the client must authenticate in one way only")
        }
        guard let basic = basic(authorization), form.clientID == nil || form.clientID == basic.id else {
            throw OAuthError(error: .invalidClient, errorDescription: "the Authorization header cannot be used here")
        }
        return basic
    }

    private static func basic(_ header: String) -> ClientCredentials? {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "basic", let bytes = Base64.decode(String(parts[1])),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let id = try? PercentEncoding.decode(bytes[..<colon], plusIsSpace: true),
            let secret = try? PercentEncoding.decode(bytes[(colon + 1)...], plusIsSpace: true), !id.isEmpty
        else { return nil }
        return ClientCredentials(id: id, secret: secret)
    }
}
