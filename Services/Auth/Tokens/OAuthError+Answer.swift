internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import ServiceKit
internal import WireProtocol

/// The form that RFC 6749, section 5.2, prescribes for refusals of the token endpoint.
extension OAuthError: AnsweringError {
    var answer: HTTPServerResponse {
        var fields: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        let status: HTTPStatus
        switch error {
        case .invalidClient:
            status = .unauthorized
            fields.append(.wwwAuthenticate, "Basic realm=\"token\"")
        case .temporarilyUnavailable:
            status = .serviceUnavailable
            fields.append(.retryAfter, "1")
        default: status = .badRequest
        }
        return HTTPServerResponse(status: status, fields: fields, body: (try? JSONCodec.encode(self)) ?? Array("{}".utf8))
    }

    /// What an error of the service, or of reading the form, is at the token endpoint; others stay what they are.
    static func standing(for error: any Error) -> any Error {
        if error is OAuthError { return error }
        guard let problem = ProblemAnswer.problem(for: error) else { return error }
        let description = problem.errors?.first.map { "\($0.pointer.drop { $0 == "/" }) \($0.detail)" } ?? problem.detail
        switch problem.code {
        case .invalidCredentials, .invalidToken, .expiredToken, .userSuspended:
            return OAuthError(error: .invalidGrant, errorDescription: description ?? problem.title, code: problem.code)
        case .unavailable: return OAuthError(error: .temporarilyUnavailable, errorDescription: description)
        case .malformedRequest, .malformedJSON, .validationFailed, .unsupportedMediaType:
            return OAuthError(error: .invalidRequest, errorDescription: description)
        default: return error
        }
    }
}
